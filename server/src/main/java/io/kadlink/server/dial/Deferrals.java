package io.kadlink.server.dial;

import io.kadlink.identity.NodeId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Nodes that can't be dialed yet and come back when they can. Confined to the scheduler's loop. */
final class Deferrals {
  /** Nodes that wait for their history to end, or for their record to name a way. */
  static final int MAX_DEFERRED = 256;

  private final Map<NodeId, Deferred> waiting = new LinkedHashMap<>();

  private record Deferred(DialTarget target, Instant due) {}

  /** Comes back at {@code due}; when too many wait, or this one does, nothing changes. */
  void add(DialTarget target, Instant due) {
    if (waiting.size() < MAX_DEFERRED) {
      waiting.putIfAbsent(target.id(), new Deferred(target, due));
    }
  }

  /** Takes out those that are due. */
  List<DialTarget> due(Instant now) {
    List<DialTarget> due = new ArrayList<>();
    waiting
        .values()
        .removeIf(
            each -> {
              boolean isDue = !each.due().isAfter(now);
              if (isDue) {
                due.add(each.target());
              }
              return isDue;
            });
    return due;
  }

  /** When the next one is due; {@link Instant#MAX} when none waits. */
  Instant next() {
    return waiting.values().stream().map(Deferred::due).min(Instant::compareTo).orElse(Instant.MAX);
  }

  void clear() {
    waiting.clear();
  }
}
