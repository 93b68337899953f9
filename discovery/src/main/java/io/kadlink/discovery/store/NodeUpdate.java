package io.kadlink.discovery.store;

import io.kadlink.discovery.DiscoveryVersion;
import io.kadlink.discovery.table.Contact;
import io.kadlink.identity.NodeRecord;
import org.jspecify.annotations.Nullable;

/**
 * Everything that happened to one node since its row was last written, added up. Filled on the
 * loop, then handed to the writer and not touched any more.
 */
final class NodeUpdate {
  private final BehaviourUpdate v4 = new BehaviourUpdate();
  private final BehaviourUpdate v5 = new BehaviourUpdate();
  private @Nullable Contact contact;
  private @Nullable NodeRecord record;
  private long lastSeen;
  private long lastPong;
  private int dialsSucceeded;
  private int dialsFailed;

  /** A sign of life from {@code where}. */
  void seen(Contact where, long now) {
    contact = where;
    lastSeen = now;
    where.record().ifPresent(this::newer);
  }

  void answeredPing(DiscoveryVersion version, Contact where, long now) {
    seen(where, now);
    lastPong = now;
    in(version).answeredPing();
  }

  /** What it did in this version. */
  BehaviourUpdate in(DiscoveryVersion version) {
    return switch (version) {
      case V4 -> v4;
      case V5 -> v5;
    };
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
        v4.applyTo(old.v4()),
        v5.applyTo(old.v5()),
        BehaviourUpdate.sum(old.dialsSucceeded(), dialsSucceeded),
        BehaviourUpdate.sum(old.dialsFailed(), dialsFailed));
  }
}
