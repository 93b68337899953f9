package io.kadlink.discovery.v5;

import io.kadlink.identity.NodeId;
import java.util.ArrayList;
import java.util.List;

/** Which of a node's buckets to ask for (discv5-theory, Lookup Protocol). */
final class Distances {
  /** Distances in one question of a lookup, as other implementations ask them. */
  static final int IN_A_LOOKUP = 3;

  private Distances() {}

  /**
   * Distances from {@code node} at which nodes near {@code target} are: first its own, where all
   * are nearer to the target than the node itself, then by turns further out and further in.
   */
  static List<Integer> toward(NodeId target, NodeId node) {
    int distance = node.logDistance(target);
    List<Integer> distances = new ArrayList<>(IN_A_LOOKUP);
    distances.add(distance);
    for (int step = 1; distances.size() < IN_A_LOOKUP; step++) {
      if (distance + step <= Message.FindNode.MAX_DISTANCE) {
        distances.add(distance + step);
      }
      if (distance - step > 0 && distances.size() < IN_A_LOOKUP) {
        distances.add(distance - step);
      }
    }
    return distances;
  }
}
