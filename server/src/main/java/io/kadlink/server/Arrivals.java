package io.kadlink.server;

import io.kadlink.identity.NodeId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

/**
 * Nodes whose inbound connection has named them and is about to say Hello: not to be dialed at this
 * moment. Confined to the server's loop.
 */
final class Arrivals {
  /**
   * How long a name counts: a Hello takes one round trip. Short, because a name alone can be
   * replayed by anyone.
   */
  static final Duration UNDERWAY = Duration.ofSeconds(2);

  /** And from then on how long it can't count again. */
  private static final Duration AGAIN = Duration.ofSeconds(30);

  /** Names remembered; past it an inbound connection simply isn't waited for. */
  private static final int MAX = 1024;

  private final InstantSource clock;
  private final Map<NodeId, Instant> since = new HashMap<>();

  Arrivals(InstantSource clock) {
    this.clock = clock;
  }

  /** A connection named this node; returns whether it counts. */
  boolean add(NodeId id) {
    Instant now = clock.instant();
    if (since.size() >= MAX) {
      since.values().removeIf(at -> !now.isBefore(at.plus(AGAIN)));
    }
    Instant before = since.get(id);
    if (since.size() >= MAX || (before != null && now.isBefore(before.plus(AGAIN)))) {
      return false;
    }
    since.put(id, now);
    return true;
  }

  /** Its connection was admitted or refused. */
  void remove(NodeId id) {
    since.remove(id);
  }

  boolean contains(NodeId id) {
    Instant at = since.get(id);
    return at != null && clock.instant().isBefore(at.plus(UNDERWAY));
  }
}
