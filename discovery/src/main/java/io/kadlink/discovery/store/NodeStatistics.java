package io.kadlink.discovery.store;

/**
 * How a node has behaved since it was first seen. Counters stop at {@link Integer#MAX_VALUE}.
 *
 * @param consecutiveFailures pings missed since the last one it answered
 * @param pingsAnswered pings it answered
 * @param pingsMissed pings it did not answer in time
 * @param findNodeFailures FindNode questions left unanswered since the last answer
 * @param dialsSucceeded RLPx dials that ended in a session
 * @param dialsFailed RLPx dials that did not
 */
public record NodeStatistics(
    int consecutiveFailures,
    int pingsAnswered,
    int pingsMissed,
    int findNodeFailures,
    int dialsSucceeded,
    int dialsFailed) {

  /** Of a node that nothing is known of. */
  public static final NodeStatistics NONE = new NodeStatistics(0, 0, 0, 0, 0, 0);

  public NodeStatistics {
    if ((consecutiveFailures
            | pingsAnswered
            | pingsMissed
            | findNodeFailures
            | dialsSucceeded
            | dialsFailed)
        < 0) {
      throw new IllegalArgumentException("a counter is negative");
    }
  }
}
