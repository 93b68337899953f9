package io.kadlink.server.dial;

import io.kadlink.identity.NodeId;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which nodes found by discovery are not to be dialed for a while, and until when. The one
 * unchanged for longest is forgotten when there are too many.
 */
final class DialHistory {
  /** About a megabyte; discovery keeps fewer nodes than this. */
  static final int MAX = 4096;

  private final Map<NodeId, Entry> entries = new LinkedHashMap<>();

  /**
   * @param setbacks in a row
   */
  private record Entry(Instant until, int setbacks) {}

  /** It is dialed now: not again before {@code atLeast} has passed, whatever comes of it. */
  void dialed(NodeId id, Instant now, Duration atLeast) {
    put(id, new Entry(now.plus(atLeast), setbacks(id)));
  }

  /** Something kept it from being or staying a peer. */
  void suffered(NodeId id, Setback setback, Instant now) {
    int times = setbacks(id) + 1;
    Instant until = now.plus(setback.backOff(times));
    Entry before = entries.get(id);
    put(
        id,
        new Entry(before == null || until.isAfter(before.until()) ? until : before.until(), times));
  }

  /** It was a peer for a good while: the next setback counts as the first. */
  void stayed(NodeId id) {
    Entry before = entries.get(id);
    if (before != null) {
      put(id, new Entry(before.until(), 0));
    }
  }

  /** Until when it is not to be dialed; in the past when it may be. */
  Instant until(NodeId id) {
    Entry entry = entries.get(id);
    return entry == null ? Instant.MIN : entry.until();
  }

  private int setbacks(NodeId id) {
    Entry entry = entries.get(id);
    return entry == null ? 0 : entry.setbacks();
  }

  private void put(NodeId id, Entry entry) {
    entries.remove(id);
    entries.put(id, entry);
    if (entries.size() > MAX) {
      entries.remove(entries.keySet().iterator().next());
    }
  }
}
