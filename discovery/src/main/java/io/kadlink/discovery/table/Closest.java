package io.kadlink.discovery.table;

import io.kadlink.identity.NodeId;
import java.util.ArrayList;
import java.util.List;

/** Collects the nodes nearest to a target, nearest first, at most so many. */
public final class Closest {
  private final NodeId target;
  private final int max;
  private final List<Contact> sorted;

  /** Collects up to {@code max} nodes near {@code target}; 0 collects none. */
  public Closest(NodeId target, int max) {
    this.target = target;
    this.max = max;
    this.sorted = new ArrayList<>(max + 1);
  }

  /**
   * Takes {@code contact} in when it is near enough; the farthest falls out when there are too
   * many.
   */
  public void offer(Contact contact) {
    int size = sorted.size();
    if (size == max
        && (size == 0 || target.compareDistance(sorted.get(size - 1).id(), contact.id()) <= 0)) {
      return;
    }
    int low = 0;
    int high = size;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (target.compareDistance(sorted.get(middle).id(), contact.id()) <= 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    if (size == max) {
      sorted.remove(size - 1);
    }
    sorted.add(low, contact);
  }

  /** Those that are nearest so far, nearest first. */
  public List<Contact> list() {
    return List.copyOf(sorted);
  }
}
