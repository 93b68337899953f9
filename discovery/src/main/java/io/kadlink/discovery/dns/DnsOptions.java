package io.kadlink.discovery.dns;

import java.time.Duration;

/**
 * How eagerly a client asks.
 *
 * @param queriesPerSecond queries to the resolver on average; what is kept costs none
 * @param timeout how long one query may take
 * @param recheckInterval how often a tree's root is looked up again, unless its time to live is
 *     longer
 * @param maxCachedEntries entries kept at most; about 1 KB each
 */
public record DnsOptions(
    double queriesPerSecond, Duration timeout, Duration recheckInterval, int maxCachedEntries) {

  public DnsOptions {
    if (!(queriesPerSecond > 0)) {
      throw new IllegalArgumentException("the rate is positive, not " + queriesPerSecond);
    }
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("the timeout is positive, not " + timeout);
    }
    if (recheckInterval.isNegative() || recheckInterval.isZero()) {
      throw new IllegalArgumentException("the interval is positive, not " + recheckInterval);
    }
    if (maxCachedEntries < 1) {
      throw new IllegalArgumentException("at least one entry is kept, not " + maxCachedEntries);
    }
  }

  /** As other clients do: 3 queries a second, 5 s, half an hour, and 2,000 entries. */
  public static DnsOptions defaults() {
    return new DnsOptions(3, Duration.ofSeconds(5), Duration.ofMinutes(30), 2_000);
  }

  /** With another rate, such as for one's own server. */
  public DnsOptions withQueriesPerSecond(double rate) {
    return new DnsOptions(rate, timeout, recheckInterval, maxCachedEntries);
  }
}
