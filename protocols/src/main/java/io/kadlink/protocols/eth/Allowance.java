package io.kadlink.protocols.eth;

import io.kadlink.discovery.loop.Loop;
import java.time.Duration;

/**
 * What one peer may have us send in answer to what it asks of the pool, in bytes: so much at once,
 * and so much each second on average. The pool of a public network is a few mebibytes of
 * transactions a minute, and blobs of a few hundred kibibytes a second at most, of which each peer
 * needs one copy from one of us. Confined to the protocol's loop.
 */
final class Allowance {
  /** At once: a pool full of transactions. */
  static final long BURST_BYTES = 32L << 20;

  /** Each second. */
  static final long BYTES_PER_SECOND = 2L << 20;

  private final Loop loop;
  private double left = BURST_BYTES;
  private long counted;

  Allowance(Loop loop) {
    this.loop = loop;
    this.counted = loop.nanoTime();
  }

  /** Whether nothing is left for now. */
  boolean isSpent() {
    long now = loop.nanoTime();
    double seconds = (now - counted) / (double) Duration.ofSeconds(1).toNanos();
    left = Math.min(BURST_BYTES, left + seconds * BYTES_PER_SECOND);
    counted = now;
    return left <= 0;
  }

  /** The last answer may take more than is left. */
  void spend(long bytes) {
    left -= bytes;
  }
}
