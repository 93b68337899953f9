package io.kadlink.protocols.pubsub;

import io.kadlink.identity.NodeId;
import io.kadlink.protocols.pubsub.wire.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Until when which node must not be grafted. Kept by node id, so that a peer does not shed its
 * back-off by reconnecting.
 */
final class Backoffs {
  /** 40 times what 12 pruned links in each of 128 topics leave; stops a crowd of short sessions. */
  static final int MAX_BACKOFFS = 65_536;

  private record Key(Topic topic, NodeId node) {}

  private final LinkedHashMap<Key, Instant> until =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Instant> eldest) {
          return size() > MAX_BACKOFFS;
        }
      };

  /** Notes a back-off; one that ends later stays. */
  void add(Topic topic, NodeId node, Instant now, Duration backoff) {
    Instant end = now.plus(backoff);
    Key key = new Key(topic, node);
    Instant known = until.remove(key);
    until.put(key, known != null && known.isAfter(end) ? known : end);
  }

  boolean active(Topic topic, NodeId node, Instant now) {
    Instant end = until.get(new Key(topic, node));
    return end != null && now.isBefore(end);
  }

  /** Forgets what ended before {@code time}. */
  void sweep(Instant time) {
    until.values().removeIf(end -> end.isBefore(time));
  }

  int size() {
    return until.size();
  }
}
