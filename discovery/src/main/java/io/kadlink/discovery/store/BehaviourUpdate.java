package io.kadlink.discovery.store;

/** What is to be added to a {@link Behaviour}. */
final class BehaviourUpdate {
  private boolean answered;
  private int pingsAnswered;
  private int pingsMissed;
  private int missedInARow;
  private boolean findNodeAnswered;
  private int findNodeFailures;

  void answeredPing() {
    answered = true;
    missedInARow = 0;
    pingsAnswered++;
  }

  void missedPing() {
    pingsMissed++;
    missedInARow++;
  }

  void answeredFindNode() {
    findNodeAnswered = true;
    findNodeFailures = 0;
  }

  void failedFindNode() {
    findNodeFailures++;
  }

  Behaviour applyTo(Behaviour old) {
    return new Behaviour(
        sum(old.pingsAnswered(), pingsAnswered),
        sum(old.pingsMissed(), pingsMissed),
        sum(answered ? 0 : old.consecutiveFailures(), missedInARow),
        sum(findNodeAnswered ? 0 : old.findNodeFailures(), findNodeFailures));
  }

  static int sum(int a, int b) {
    return (int) Math.min(Integer.MAX_VALUE, (long) a + b);
  }
}
