package io.kadlink.discovery;

import java.time.Duration;
import java.util.List;

/**
 * What a lookup found and what it cost, all protocols that ran together.
 *
 * @param closest the nodes nearest to the target that answered, nearest first, at most 16
 * @param queries nodes asked
 * @param timeouts how many of them did not answer in time
 * @param hops length of the longest chain of referrals that was followed
 * @param took from the first question to the end
 */
public record LookupReport(List<Node> closest, int queries, int timeouts, int hops, Duration took) {
  public LookupReport {
    closest = List.copyOf(closest);
  }
}
