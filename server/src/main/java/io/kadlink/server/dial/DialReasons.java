package io.kadlink.server.dial;

import io.kadlink.identity.NodeId;
import io.kadlink.identity.PublicKey;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The latest reason for each node; the one unchanged for longest goes when there are too many. */
final class DialReasons {
  /** About a megabyte; discovery keeps fewer nodes than this. */
  static final int MAX = 4096;

  private final Map<NodeId, DialReason> reasons = new LinkedHashMap<>();

  void put(PublicKey node, String why, Instant now) {
    reasons.remove(node.id());
    reasons.put(node.id(), new DialReason(node, why, now, Optional.empty()));
    if (reasons.size() > MAX) {
      reasons.remove(reasons.keySet().iterator().next());
    }
  }

  void putIfAbsent(PublicKey node, String why, Instant now) {
    if (!reasons.containsKey(node.id())) {
      put(node, why, now);
    }
  }

  void remove(NodeId id) {
    reasons.remove(id);
  }

  /** A copy, with the times that a history knows. */
  Map<NodeId, DialReason> with(DialHistory history, Instant now) {
    Map<NodeId, DialReason> copy = new LinkedHashMap<>();
    reasons.forEach(
        (id, reason) -> {
          Optional<Instant> notBefore = Optional.of(history.until(id)).filter(now::isBefore);
          copy.put(id, new DialReason(reason.publicKey(), reason.why(), reason.at(), notBefore));
        });
    return copy;
  }
}
