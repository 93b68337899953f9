package io.kadlink.rlpx.wire;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A capability both sides speak and the message ids it owns on this connection.
 *
 * @param capability the highest version of that name both sides listed
 * @param offset its message 0 travels as this id; 0x10 or more
 * @param messageCount how many ids it owns
 */
public record SharedCapability(Capability capability, int offset, int messageCount) {

  /** Whether the message id {@code id} on the wire belongs to it. */
  public boolean owns(int id) {
    return id >= offset && id - offset < messageCount;
  }

  /**
   * What both sides speak, in message-id order (rlpx.md §Message ID-based Multiplexing): of each
   * name the highest common version, names in alphabetical order, ids from 0x10 on.
   *
   * @param ours what we speak and how many message ids each takes
   * @param theirs what the other side's Hello lists
   */
  public static List<SharedCapability> negotiate(
      Map<Capability, Integer> ours, Collection<Capability> theirs) {
    TreeMap<String, Capability> highest = new TreeMap<>();
    for (Capability capability : theirs) {
      if (ours.containsKey(capability)) {
        highest.merge(capability.name(), capability, (a, b) -> a.version() >= b.version() ? a : b);
      }
    }
    List<SharedCapability> shared = new ArrayList<>();
    int offset = BaseMessage.ID_COUNT;
    for (Capability capability : highest.values()) {
      int count = ours.getOrDefault(capability, 0);
      shared.add(new SharedCapability(capability, offset, count));
      offset += count;
    }
    return List.copyOf(shared);
  }
}
