package io.kadlink.discovery.crawl;

import java.time.Duration;

/**
 * How to crawl.
 *
 * @param workers nodes examined at a time by each version of the protocol
 * @param timeLimit when to end although there are nodes left
 * @param recheckAfter a node of the set that was checked a shorter time ago is not checked again,
 *     only asked for others
 */
public record CrawlOptions(int workers, Duration timeLimit, Duration recheckAfter) {
  /** Nodes wait for answers, not for us: this many cost a few percent of one core. */
  public static final int DEFAULT_WORKERS = 100;

  /** discv4 has at most 256 requests for records under way, and others make some too. */
  public static final int MAX_WORKERS = 200;

  public static final Duration DEFAULT_TIME_LIMIT = Duration.ofMinutes(30);

  public static final Duration DEFAULT_RECHECK_AFTER = Duration.ofMinutes(10);

  public static final CrawlOptions DEFAULT =
      new CrawlOptions(DEFAULT_WORKERS, DEFAULT_TIME_LIMIT, DEFAULT_RECHECK_AFTER);

  public CrawlOptions {
    if (workers < 1 || workers > MAX_WORKERS) {
      throw new IllegalArgumentException("1 to " + MAX_WORKERS + " workers, not " + workers);
    }
    if (timeLimit.isNegative() || timeLimit.isZero()) {
      throw new IllegalArgumentException("the time limit is positive, not " + timeLimit);
    }
  }
}
