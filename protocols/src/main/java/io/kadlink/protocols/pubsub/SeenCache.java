package io.kadlink.protocols.pubsub;

import io.kadlink.protocols.pubsub.wire.MessageId;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Ids of messages that were authentic and are or were being handled; bounded by time and by count.
 * All ids live equally long, so the order of arrival is the order of expiry.
 */
final class SeenCache {
  private final Duration ttl;
  private final int max;
  private final LinkedHashMap<MessageId, Instant> expiry = new LinkedHashMap<>();

  SeenCache(Duration ttl, int max) {
    this.ttl = ttl;
    this.max = max;
  }

  boolean contains(MessageId id) {
    return expiry.containsKey(id);
  }

  void add(MessageId id, Instant now) {
    if (expiry.putIfAbsent(id, now.plus(ttl)) == null && expiry.size() > max) {
      Iterator<MessageId> eldest = expiry.keySet().iterator();
      eldest.next();
      eldest.remove();
    }
  }

  /** Forgets what expired. */
  void sweep(Instant now) {
    Iterator<Map.Entry<MessageId, Instant>> eldest = expiry.entrySet().iterator();
    while (eldest.hasNext() && eldest.next().getValue().isBefore(now)) {
      eldest.remove();
    }
  }

  int size() {
    return expiry.size();
  }
}
