package io.kadlink.protocols.pubsub;

import io.kadlink.protocols.pubsub.wire.Topic;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * The peers that get what we publish to topics we are not subscribed to. The same ones are used
 * from one publication to the next, until none came for a while.
 */
final class FanOut {
  /** Topics published to lately without a subscription; beyond, the eldest is forgotten. */
  static final int MAX_TOPICS = 1_024;

  private static final class Entry {
    final Set<Link> links = new LinkedHashSet<>();
    Instant last;

    Entry(Instant last) {
      this.last = last;
    }
  }

  private final PubSubOptions options;
  private final Roster roster;
  private final LinkedHashMap<Topic, Entry> entries = new LinkedHashMap<>();

  FanOut(PubSubOptions options, Roster roster) {
    this.options = options;
    this.roster = roster;
  }

  /** Something is published to {@code topic} now; returns whom to send it. */
  Set<Link> use(Topic topic, Instant now) {
    Entry entry = entries.remove(topic);
    if (entry == null) {
      entry = new Entry(now);
      if (entries.size() == MAX_TOPICS) {
        Iterator<Topic> eldest = entries.keySet().iterator();
        eldest.next();
        eldest.remove();
      }
    }
    entries.put(topic, entry);
    entry.last = now;
    fill(topic, entry);
    return Set.copyOf(entry.links);
  }

  private void fill(Topic topic, Entry entry) {
    roster
        .pick(topic, options.degree() - entry.links.size(), link -> !entry.links.contains(link))
        .forEach(entry.links::add);
  }

  /** Those links; empty when there was no publication lately. */
  Set<Link> links(Topic topic) {
    Entry entry = entries.get(topic);
    return entry == null ? Set.of() : Set.copyOf(entry.links);
  }

  void heartbeat(Instant now) {
    entries.values().removeIf(entry -> !entry.last.plus(options.fanOutTtl()).isAfter(now));
    for (Map.Entry<Topic, Entry> each : entries.entrySet()) {
      fill(each.getKey(), each.getValue());
    }
  }

  int size() {
    return entries.size();
  }

  /** We subscribe now: the mesh takes over. */
  void remove(Topic topic) {
    entries.remove(topic);
  }

  void unsubscribed(Link link, Topic topic) {
    Entry entry = entries.get(topic);
    if (entry != null) {
      entry.links.remove(link);
    }
  }

  void remove(Link link) {
    entries.values().forEach(entry -> entry.links.remove(link));
  }
}
