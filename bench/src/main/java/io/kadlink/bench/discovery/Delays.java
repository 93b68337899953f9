package io.kadlink.bench.discovery;

import java.util.Arrays;
import java.util.Locale;

/** How many questions were answered, and how soon. */
final class Delays {
  private long[] nanos = new long[1_024];
  private int asked;
  private int answered;

  synchronized void asked() {
    asked++;
  }

  synchronized void answered(long delayNanos) {
    if (answered == nanos.length) {
      nanos = Arrays.copyOf(nanos, 2 * answered);
    }
    nanos[answered++] = delayNanos;
  }

  /** {@code answered share | median | 99th percentile}, delays in milliseconds. */
  synchronized String row() {
    long[] sorted = Arrays.copyOf(nanos, answered);
    Arrays.sort(sorted);
    return String.format(
        Locale.ROOT,
        "%.1f %% of %d | %s | %s",
        100.0 * answered / Math.max(1, asked),
        asked,
        millis(sorted, 0.5),
        millis(sorted, 0.99));
  }

  private static String millis(long[] sorted, double share) {
    return sorted.length == 0
        ? "-"
        : String.format(Locale.ROOT, "%.2f", sorted[(int) (sorted.length * share)] / 1e6);
  }
}
