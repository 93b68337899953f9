package io.kadlink.rlpx;

import java.time.Duration;

/**
 * How long and how much.
 *
 * @param connect until a TCP connection is there
 * @param step until the other side's next packet of the handshake, or its Hello, is complete
 * @param handshake for the whole of it, from connected to both Hellos and our gate's consent
 * @param pingInterval between our pings
 * @param silence without a frame from the other side, or with hardly any byte, or with hardly any
 *     of ours taken, until it is dead
 * @param goodbye for our Disconnect to be written and for the other side to close
 * @param maxPendingBytes queued for one connection and not yet taken by its socket: divided evenly
 *     among the capabilities shared, and one message of each is always let in, whatever its size.
 *     Low priority may use half of it, normal three quarters
 * @param maxPendingMessages the same in messages: small ones cost more memory than they have bytes
 * @param maxPendingBytesOfAll queued for all connections together, 128 MiB or a quarter of the heap
 *     unless told; when that is used up, each keeps 256 KiB, or one message, of its own
 * @param maxUnauthenticated accepted connections that have not said Hello yet, all together
 * @param maxPings that one peer may send us in one {@code pingInterval}
 */
public record RlpxLimits(
    Duration connect,
    Duration step,
    Duration handshake,
    Duration pingInterval,
    Duration silence,
    Duration goodbye,
    long maxPendingBytes,
    int maxPendingMessages,
    long maxPendingBytesOfAll,
    int maxUnauthenticated,
    int maxPings) {

  /** 128 MiB, or a quarter of the heap when that is less: slow readers must not fill it. */
  private static final long PENDING_OF_ALL =
      Math.min(128L * 1024 * 1024, Runtime.getRuntime().maxMemory() / 4);

  /** What a node on a public network wants. */
  public static final RlpxLimits DEFAULT = new Builder().build();

  public RlpxLimits {
    requirePositive(connect, step, handshake, pingInterval, silence, goodbye);
    if (maxPendingBytes < 1
        || maxPendingMessages < 1
        || maxPendingBytesOfAll < 1
        || maxUnauthenticated < 1
        || maxPings < 1) {
      throw new IllegalArgumentException("a limit of nothing allows nothing");
    }
  }

  /** Starts from {@link #DEFAULT}. */
  public static Builder builder() {
    return new Builder();
  }

  private static void requirePositive(Duration... limits) {
    for (Duration limit : limits) {
      if (!limit.isPositive()) {
        throw new IllegalArgumentException("a time limit is longer than " + limit);
      }
    }
  }

  /** Collects limits; the last call wins. */
  public static final class Builder {
    private Duration connect = Duration.ofSeconds(5);
    private Duration step = Duration.ofSeconds(3);
    private Duration handshake = Duration.ofSeconds(5);
    private Duration pingInterval = Duration.ofSeconds(15);
    private Duration silence = Duration.ofSeconds(30);
    private Duration goodbye = Duration.ofSeconds(2);
    private long maxPendingBytes = 32L * 1024 * 1024;
    private int maxPendingMessages = 16 * 1024;
    private long maxPendingBytesOfAll = PENDING_OF_ALL;
    private int maxUnauthenticated = 256;
    private int maxPings = 60;

    private Builder() {}

    public Builder connect(Duration connect) {
      this.connect = connect;
      return this;
    }

    public Builder step(Duration step) {
      this.step = step;
      return this;
    }

    public Builder handshake(Duration handshake) {
      this.handshake = handshake;
      return this;
    }

    public Builder pingInterval(Duration pingInterval) {
      this.pingInterval = pingInterval;
      return this;
    }

    public Builder silence(Duration silence) {
      this.silence = silence;
      return this;
    }

    public Builder goodbye(Duration goodbye) {
      this.goodbye = goodbye;
      return this;
    }

    public Builder maxPendingBytes(long maxPendingBytes) {
      this.maxPendingBytes = maxPendingBytes;
      return this;
    }

    public Builder maxPendingMessages(int maxPendingMessages) {
      this.maxPendingMessages = maxPendingMessages;
      return this;
    }

    public Builder maxPendingBytesOfAll(long maxPendingBytesOfAll) {
      this.maxPendingBytesOfAll = maxPendingBytesOfAll;
      return this;
    }

    public Builder maxUnauthenticated(int maxUnauthenticated) {
      this.maxUnauthenticated = maxUnauthenticated;
      return this;
    }

    public Builder maxPings(int maxPings) {
      this.maxPings = maxPings;
      return this;
    }

    public RlpxLimits build() {
      return new RlpxLimits(
          connect,
          step,
          handshake,
          pingInterval,
          silence,
          goodbye,
          maxPendingBytes,
          maxPendingMessages,
          maxPendingBytesOfAll,
          maxUnauthenticated,
          maxPings);
    }
  }
}
