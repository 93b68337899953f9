package io.kadlink.protocols.relay;

import io.kadlink.protocols.relay.wire.AnnouncedRelay;
import io.kadlink.protocols.relay.wire.RelayMessage.Limits;
import java.time.Duration;

/**
 * What a node does in relay/1. Reaching others through the relays they announce is always on.
 *
 * @param serve whether it relays for others
 * @param maxCircuits circuits it relays at a time, 1 or more; each can hold two windows (512 KiB)
 * @param maxCircuitsPerPeer of those, circuits that one peer is an end of
 * @param maxReservations peers it takes circuits for at a time
 * @param maxRequestsPerMinute HOP and RESERVE it hears from one peer in a minute
 * @param maxBytesPerCircuit in both directions together; 0 for no limit
 * @param maxCircuitTime from opening to end, at least a second; {@link Duration#ZERO} for no limit
 * @param reachable whether it asks relays to take circuits for it, and announces them in its record
 * @param relaysWanted how many of them, 1 to {@value AnnouncedRelay#MAX_RELAYS}
 * @param maxIncomingCircuits circuits opened to this node that it holds at a time
 */
public record RelayOptions(
    boolean serve,
    int maxCircuits,
    int maxCircuitsPerPeer,
    int maxReservations,
    int maxRequestsPerMinute,
    long maxBytesPerCircuit,
    Duration maxCircuitTime,
    boolean reachable,
    int relaysWanted,
    int maxIncomingCircuits) {

  public RelayOptions {
    atLeastOne(maxCircuits, "maxCircuits");
    atLeastOne(maxCircuitsPerPeer, "maxCircuitsPerPeer");
    atLeastOne(maxReservations, "maxReservations");
    atLeastOne(maxRequestsPerMinute, "maxRequestsPerMinute");
    atLeastOne(relaysWanted, "relaysWanted");
    atLeastOne(maxIncomingCircuits, "maxIncomingCircuits");
    if (relaysWanted > AnnouncedRelay.MAX_RELAYS) {
      throw new IllegalArgumentException(
          "relaysWanted is at most %d, not %d".formatted(AnnouncedRelay.MAX_RELAYS, relaysWanted));
    }
    if (maxBytesPerCircuit < 0) {
      throw new IllegalArgumentException("maxBytesPerCircuit is 0 or more");
    }
    if (!maxCircuitTime.isZero() && maxCircuitTime.compareTo(Duration.ofSeconds(1)) < 0) {
      throw new IllegalArgumentException("maxCircuitTime is 0 or at least a second");
    }
  }

  /** For a node others can dial: it relays for them, and needs no relay itself. */
  public static RelayOptions listening() {
    return builder().build();
  }

  /** For a node that can only dial: reachable through relays, relaying for nobody. */
  public static RelayOptions dialOnly() {
    return builder().serve(false).reachable(true).build();
  }

  /** Starts from {@link #listening()}. */
  public static Builder builder() {
    return new Builder();
  }

  /** The limits that go with each circuit. */
  Limits limits() {
    return new Limits(maxBytesPerCircuit, maxCircuitTime.toSeconds());
  }

  private static void atLeastOne(int value, String name) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " is 1 or more, not " + value);
    }
  }

  /** Collects options; what is not set keeps its default. */
  public static final class Builder {
    private boolean serve = true;
    private int maxCircuits = 128;
    private int maxCircuitsPerPeer = 16;
    private int maxReservations = 64;
    private int maxRequestsPerMinute = 60;
    private long maxBytesPerCircuit = 1L << 30;
    private Duration maxCircuitTime = Duration.ofHours(12);
    private boolean reachable;
    private int relaysWanted = 2;
    private int maxIncomingCircuits = 32;

    private Builder() {}

    public Builder serve(boolean value) {
      serve = value;
      return this;
    }

    public Builder maxCircuits(int value) {
      maxCircuits = value;
      return this;
    }

    public Builder maxCircuitsPerPeer(int value) {
      maxCircuitsPerPeer = value;
      return this;
    }

    public Builder maxReservations(int value) {
      maxReservations = value;
      return this;
    }

    public Builder maxRequestsPerMinute(int value) {
      maxRequestsPerMinute = value;
      return this;
    }

    public Builder maxBytesPerCircuit(long value) {
      maxBytesPerCircuit = value;
      return this;
    }

    public Builder maxCircuitTime(Duration value) {
      maxCircuitTime = value;
      return this;
    }

    public Builder reachable(boolean value) {
      reachable = value;
      return this;
    }

    public Builder relaysWanted(int value) {
      relaysWanted = value;
      return this;
    }

    public Builder maxIncomingCircuits(int value) {
      maxIncomingCircuits = value;
      return this;
    }

    public RelayOptions build() {
      return new RelayOptions(
          serve,
          maxCircuits,
          maxCircuitsPerPeer,
          maxReservations,
          maxRequestsPerMinute,
          maxBytesPerCircuit,
          maxCircuitTime,
          reachable,
          relaysWanted,
          maxIncomingCircuits);
    }
  }
}
