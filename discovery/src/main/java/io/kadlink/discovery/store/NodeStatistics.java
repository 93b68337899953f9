package io.kadlink.discovery.store;

import io.kadlink.discovery.DiscoveryVersion;

/**
 * How a node has behaved since it was first seen. What it does in one version of the protocol says
 * nothing about the other: many nodes speak only one. Counters stop at {@link Integer#MAX_VALUE}.
 *
 * @param v4 how it answers discv4
 * @param v5 how it answers discv5
 * @param dialsSucceeded RLPx dials that ended in a session
 * @param dialsFailed RLPx dials that did not
 */
public record NodeStatistics(Behaviour v4, Behaviour v5, int dialsSucceeded, int dialsFailed) {

  /** Of a node that nothing is known of. */
  public static final NodeStatistics NONE =
      new NodeStatistics(Behaviour.NONE, Behaviour.NONE, 0, 0);

  public NodeStatistics {
    if ((dialsSucceeded | dialsFailed) < 0) {
      throw new IllegalArgumentException("a counter is negative");
    }
  }

  public Behaviour of(DiscoveryVersion version) {
    return switch (version) {
      case V4 -> v4;
      case V5 -> v5;
    };
  }

  /** Pings missed since the last answer, in the version that it answers best. */
  public int consecutiveFailures() {
    if (v4.answers() && v5.answers()) {
      return Math.min(v4.consecutiveFailures(), v5.consecutiveFailures());
    }
    return v5.answers() ? v5.consecutiveFailures() : v4.consecutiveFailures();
  }
}
