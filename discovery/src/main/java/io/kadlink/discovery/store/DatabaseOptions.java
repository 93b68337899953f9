package io.kadlink.discovery.store;

import java.time.Duration;

/**
 * Limits of a {@link NodeDatabase}.
 *
 * @param maxNodes nodes kept; beyond it, those worth least go
 * @param expireAfter a node without a sign of life for so long is forgotten
 * @param sweepPeriod how often that is looked for
 * @param commitInterval the longest time that what happened waits in memory: what a kill can cost
 */
public record DatabaseOptions(
    int maxNodes, Duration expireAfter, Duration sweepPeriod, Duration commitInterval) {

  /**
   * A few times what a table and its replacements hold over a day of churn. At about 450 bytes each
   * that is 9 MB, in a file of up to 30 MB.
   */
  public static final int DEFAULT_MAX_NODES = 20_000;

  /** As other clients do: an address that was silent for a day is mostly someone else's by then. */
  public static final Duration DEFAULT_EXPIRE_AFTER = Duration.ofHours(24);

  public static final Duration DEFAULT_SWEEP_PERIOD = Duration.ofHours(1);

  public static final Duration DEFAULT_COMMIT_INTERVAL = Duration.ofSeconds(5);

  public DatabaseOptions {
    if (maxNodes < 1) {
      throw new IllegalArgumentException("a database holds at least one node, not " + maxNodes);
    }
    requirePositive(expireAfter);
    requirePositive(sweepPeriod);
    requirePositive(commitInterval);
  }

  public static DatabaseOptions defaults() {
    return new DatabaseOptions(
        DEFAULT_MAX_NODES, DEFAULT_EXPIRE_AFTER, DEFAULT_SWEEP_PERIOD, DEFAULT_COMMIT_INTERVAL);
  }

  private static void requirePositive(Duration duration) {
    if (duration.isNegative() || duration.isZero()) {
      throw new IllegalArgumentException("a duration is positive, not " + duration);
    }
  }
}
