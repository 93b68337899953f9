package io.kadlink.discovery.store;

import io.kadlink.discovery.table.Contact;
import io.kadlink.identity.NodeRecord;
import org.jspecify.annotations.Nullable;

/**
 * Everything that happened to one node since its row was last written, added up. Filled on the
 * loop, then handed to the writer and not touched any more.
 */
final class NodeUpdate {
  private @Nullable Contact contact;
  private @Nullable NodeRecord record;
  private boolean forgotten;
  private long lastSeen;
  private long lastPong;
  private boolean answered;
  private int pingsAnswered;
  private int pingsMissed;
  private int missedInARow;
  private boolean findNodeAnswered;
  private int findNodeFailures;
  private int dialsSucceeded;
  private int dialsFailed;

  /** A sign of life from {@code where}. */
  void seen(Contact where, long now) {
    contact = where;
    lastSeen = now;
    where.record().ifPresent(this::newer);
  }

  void answeredPing(Contact where, long now) {
    seen(where, now);
    lastPong = now;
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

  void dialed(boolean succeeded) {
    if (succeeded) {
      dialsSucceeded++;
    } else {
      dialsFailed++;
    }
  }

  void newer(NodeRecord candidate) {
    NodeRecord known = record;
    if (known == null || Long.compareUnsigned(candidate.seq(), known.seq()) > 0) {
      record = candidate;
    }
  }

  /** The row goes, and so does what was noted so far; what follows begins a new one. */
  static NodeUpdate forgetting() {
    NodeUpdate update = new NodeUpdate();
    update.forgotten = true;
    return update;
  }

  boolean forgotten() {
    return forgotten;
  }

  @Nullable Contact contact() {
    return contact;
  }

  @Nullable NodeRecord record() {
    return record;
  }

  long lastSeen() {
    return lastSeen;
  }

  long lastPong() {
    return lastPong;
  }

  NodeStatistics applyTo(NodeStatistics old) {
    return new NodeStatistics(
        sum(answered ? 0 : old.consecutiveFailures(), missedInARow),
        sum(old.pingsAnswered(), pingsAnswered),
        sum(old.pingsMissed(), pingsMissed),
        sum(findNodeAnswered ? 0 : old.findNodeFailures(), findNodeFailures),
        sum(old.dialsSucceeded(), dialsSucceeded),
        sum(old.dialsFailed(), dialsFailed));
  }

  private static int sum(int a, int b) {
    return (int) Math.min(Integer.MAX_VALUE, (long) a + b);
  }
}
