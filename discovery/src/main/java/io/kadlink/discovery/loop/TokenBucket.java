package io.kadlink.discovery.loop;

import java.time.Duration;

/**
 * A rate with a burst: so many at once after a quiet time, so many a second on average. It is told
 * the time, in nanoseconds from anywhere; a clock that jumps back costs no tokens and gives none.
 * Not thread-safe.
 */
public final class TokenBucket {
  private static final double NANOS_PER_SECOND = 1e9;

  /** A token is whole when so little of it is missing: sums of fractions are not exact. */
  private static final double ROUNDING = 1e-6;

  private final double perNano;
  private final int burst;
  private double tokens;
  private long updated;

  /** A full bucket. */
  public TokenBucket(double perSecond, int burst, long nanoTime) {
    this.perNano = perSecond / NANOS_PER_SECOND;
    this.burst = burst;
    this.tokens = burst;
    this.updated = nanoTime;
  }

  /** Whether there is a token; takes none. */
  public boolean has(long nanoTime) {
    tokens = Math.min(burst, tokens + Math.max(0, nanoTime - updated) * perNano);
    updated = nanoTime;
    return tokens >= 1 - ROUNDING;
  }

  /** Takes a token; false when there is none. */
  public boolean take(long nanoTime) {
    if (!has(nanoTime)) {
      return false;
    }
    tokens = Math.max(0, tokens - 1);
    return true;
  }

  /** How long after the last question there will be a token, if nobody takes one before. */
  public Duration untilNext() {
    double missing = Math.max(0, 1 - tokens);
    return Duration.ofNanos((long) Math.ceil(missing / perNano) + 1);
  }
}
