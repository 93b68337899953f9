package io.kadlink.server;

import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeRecord;
import io.kadlink.identity.PublicKey;
import io.kadlink.rlpx.wire.Capability;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.server.membership.Membership;
import io.kadlink.server.reputation.Behaviour;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.tuweni.bytes.Bytes;

/** A session with another node. Thread-safe; two peers are equal when they are the same session. */
public interface Peer {

  NodeId id();

  PublicKey publicKey();

  /** Its record, when discovery has it. */
  Optional<NodeRecord> record();

  /** What its certificates say of it, where members alone are admitted. */
  default Optional<Membership> membership() {
    return Optional.empty();
  }

  /** The organisation it is a member of, where members alone are admitted; safe to print. */
  default Optional<String> organisation() {
    return membership().map(Membership::organisation);
  }

  /** The software name from its Hello, at most 256 characters, made safe to print. */
  String clientName();

  /** All it listed in its Hello. */
  List<Capability> remoteCapabilities();

  /** What both sides speak. */
  List<Capability> capabilities();

  SocketAddress remoteAddress();

  /** Our end of the connection. */
  SocketAddress localAddress();

  /** Whether it dialed us. */
  boolean inbound();

  /** The relay that carries this session, when one does. */
  Optional<PublicKey> relay();

  Instant connectedAt();

  /** Round trip of the last answered ping. */
  Optional<Duration> roundTrip();

  /**
   * Sends one message, in the order its {@link Protocol#priority} gives it. What a protocol may
   * have waiting for one peer is bounded in bytes and in number, low priority to half of it and
   * normal to three quarters; other protocols don't count.
   *
   * @param protocol one that this session speaks
   * @param code 0 to {@code protocol.messageCount() - 1}
   * @param payload at most 16 MiB
   * @return false when it was dropped: the session is over, or this protocol has as much waiting as
   *     it may. Then {@link Protocol#writable} follows once there is room
   * @throws IllegalArgumentException when the session does not speak {@code protocol}
   */
  boolean send(Protocol protocol, int code, Bytes payload);

  /**
   * Whether a message would be sent now: for those who keep what they can't send. When not, {@link
   * Protocol#writable} follows, and nothing is counted as dropped.
   *
   * @param payloadBytes how long the message is
   * @throws IllegalArgumentException as {@link #send}
   */
  boolean hasRoom(Protocol protocol, int code, int payloadBytes);

  /**
   * Tells the server what this peer did, good or bad: it keeps a score of each node, and bans those
   * that are worth too little. See {@link Behaviour}.
   *
   * @param detail what it was, in words for an operator
   */
  void report(Behaviour behaviour, String detail);

  /** Bytes waiting to be sent. */
  long pendingBytes();

  /** Says goodbye and closes; completes when the session is gone. */
  CompletionStage<Void> disconnect(DisconnectReason reason);
}
