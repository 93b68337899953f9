package io.kadlink.discovery.store;

/**
 * How a node has answered in one version of the protocol since it was first seen. Counters stop at
 * {@link Integer#MAX_VALUE}.
 *
 * @param pingsAnswered pings it answered
 * @param pingsMissed pings it did not answer in time
 * @param consecutiveFailures pings missed since the last one it answered
 * @param findNodeFailures FindNode questions left unanswered since the last answer
 */
public record Behaviour(
    int pingsAnswered, int pingsMissed, int consecutiveFailures, int findNodeFailures) {

  /** Of a node that was never asked. */
  public static final Behaviour NONE = new Behaviour(0, 0, 0, 0);

  public Behaviour {
    if ((pingsAnswered | pingsMissed | consecutiveFailures | findNodeFailures) < 0) {
      throw new IllegalArgumentException("a counter is negative");
    }
  }

  /** Whether it ever answered, and so speaks this version. */
  public boolean answers() {
    return pingsAnswered > 0;
  }

  /** Whether a ping has a prospect: it answered one before, or was never asked. */
  boolean mayAnswer() {
    return answers() || pingsMissed == 0;
  }
}
