package io.kadlink.protocols.relay.wire;

import io.kadlink.identity.PublicKey;
import org.apache.tuweni.bytes.Bytes;

/** A message of relay/1 (docs/protocols/relay.md §Messages). */
public sealed interface RelayMessage {

  /** The first circuit id; 0 stands for the session itself. */
  int FIRST_CIRCUIT = 1;

  /** Ids are positive 31-bit numbers. */
  int MAX_CIRCUIT = Integer.MAX_VALUE;

  /** The circuit id of a {@link Status} that answers {@link Reserve}. */
  int NO_CIRCUIT = 0;

  /**
   * Credit each sender holds when a circuit opens, in bytes: enough for 2.5 MB/s at 100 ms, and
   * what one circuit can make a relay hold in each direction.
   */
  int INITIAL_WINDOW = 256 * 1024;

  /** Credit a sender can hold at most, in bytes; a grant beyond it is a violation. */
  int MAX_WINDOW = 16 * 1024 * 1024;

  /** Bytes in one {@link Data}: the grain at which circuits take turns. */
  int MAX_DATA_BYTES = 16 * 1024;

  /** Bytes of UTF-8 in a reason: it is a line for a log. */
  int MAX_REASON_BYTES = 256;

  /** Asks the receiver, a relay, for a circuit to {@code target}. */
  record Hop(int circuit, PublicKey target) implements RelayMessage {}

  /** A relay tells its receiver that {@code initiator} wants a circuit to it. */
  record Stop(int circuit, PublicKey initiator, Limits limits) implements RelayMessage {}

  /**
   * Answers {@link Hop} and {@link Stop}, and with circuit {@value #NO_CIRCUIT} {@link Reserve}.
   *
   * @param reason for people; empty when there is nothing to say
   * @param limits what the relay allows the circuit; {@link Limits#NONE} where it does not apply
   */
  record Status(int circuit, StatusCode code, String reason, Limits limits)
      implements RelayMessage {}

  /** Bytes of the circuit, 1 to {@value #MAX_DATA_BYTES}; takes as much of the sender's credit. */
  record Data(int circuit, Bytes bytes) implements RelayMessage {}

  /** Gives the receiver {@code credit} more bytes to send, 1 to {@value #MAX_WINDOW}. */
  record Window(int circuit, int credit) implements RelayMessage {}

  /** Ends the circuit in both directions; what was sent before it still counts. */
  record Close(int circuit, CloseCode code, String reason) implements RelayMessage {}

  /** Asks a relay to take circuits for the sender, or to take no more. */
  record Reserve(boolean wanted) implements RelayMessage {}

  /**
   * What a relay allows a circuit.
   *
   * @param bytes in both directions together; 0 for no limit
   * @param seconds from its opening; 0 for no limit
   */
  record Limits(long bytes, long seconds) {
    /** No limit, or none told. */
    public static final Limits NONE = new Limits(0, 0);
  }
}
