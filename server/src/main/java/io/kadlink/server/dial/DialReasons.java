package io.kadlink.server.dial;

import io.kadlink.identity.NodeId;
import io.kadlink.identity.PublicKey;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** The latest reason for each node; the one unchanged for longest goes when there are too many. */
final class DialReasons {
  /** About a megabyte; discovery keeps fewer nodes than this. */
  static final int MAX = 4096;

  private final Map<NodeId, DialReason> reasons = new LinkedHashMap<>();

  void put(PublicKey node, String why, Instant now) {
    reasons.remove(node.id());
    reasons.put(node.id(), new DialReason(node, why, now));
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

  Map<NodeId, DialReason> copy() {
    return Map.copyOf(reasons);
  }
}
