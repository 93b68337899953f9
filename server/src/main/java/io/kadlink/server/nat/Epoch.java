package io.kadlink.server.nat;

/**
 * A gateway's count of seconds since it last lost its mappings, and the question whether it lost
 * them since it told the count before. Its clock need not run as ours does: it may be an eighth
 * slower, and two seconds late, before it is taken to have started anew (RFC 6886 §3.6; RFC 6887
 * §8.5 has the same rule for a clock that runs back).
 */
final class Epoch {
  private static final long SLACK_SECONDS = 2;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private boolean known;
  private long lastSeconds;
  private long lastNanos;

  /** Whether mappings were lost between the count told before and this one. */
  boolean lostSince(long seconds, long nanoTime) {
    boolean lost = false;
    if (known) {
      long elapsed = Math.max(0, (nanoTime - lastNanos) / NANOS_PER_SECOND);
      lost = seconds < lastSeconds + elapsed * 7 / 8 - SLACK_SECONDS;
    }
    known = true;
    lastSeconds = seconds;
    lastNanos = nanoTime;
    return lost;
  }
}
