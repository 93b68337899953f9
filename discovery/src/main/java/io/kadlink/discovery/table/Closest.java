package io.kadlink.discovery.table;

import io.kadlink.identity.NodeId;
import java.util.ArrayList;
import java.util.List;

/** Collects the nodes nearest to a target, nearest first, at most so many. */
public final class Closest {
  private final NodeId target;
  private final int max;
  private final List<Contact> sorted;

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
    int low = 0;
    int high = sorted.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (target.compareDistance(sorted.get(middle).id(), contact.id()) <= 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    if (low < max) {
      sorted.add(low, contact);
      if (sorted.size() > max) {
        sorted.remove(sorted.size() - 1);
      }
    }
  }

  public List<Contact> list() {
    return List.copyOf(sorted);
  }
}
