package io.kadlink.protocols.pubsub;

import io.kadlink.protocols.pubsub.wire.Message;
import io.kadlink.protocols.pubsub.wire.MessageId;
import io.kadlink.protocols.pubsub.wire.Topic;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The messages of the last heartbeats, in one window per heartbeat: all of them can be fetched by
 * id, those of the younger windows are announced.
 */
final class MessageCache {
  /** How often one peer gets the same message: it may lose it on the way, but not forever. */
  static final int MAX_SERVINGS = 3;

  private static final class Entry {
    final Message message;
    final Map<Link, Integer> servings = new HashMap<>();

    Entry(Message message) {
      this.message = message;
    }
  }

  /** What becomes of a request. */
  sealed interface Lookup {
    record Found(Message message) implements Lookup {}

    record Unknown() implements Lookup {}

    record Repeated() implements Lookup {}
  }

  private final int history;
  private final int gossip;
  private final long maxBytes;

  /** In the order of arrival. */
  private final LinkedHashMap<MessageId, Entry> entries = new LinkedHashMap<>();

  /** Youngest first. */
  private final ArrayDeque<List<MessageId>> windows = new ArrayDeque<>();

  private long bytes;

  MessageCache(int history, int gossip, long maxBytes) {
    this.history = history;
    this.gossip = gossip;
    this.maxBytes = maxBytes;
    windows.addFirst(new ArrayList<>());
  }

  void put(Message message) {
    if (entries.putIfAbsent(message.id(), new Entry(message)) != null) {
      return;
    }
    windows.getFirst().add(message.id());
    bytes += message.payload().size();
    Iterator<Entry> eldest = entries.values().iterator();
    while (bytes > maxBytes && eldest.hasNext()) {
      bytes -= eldest.next().message.payload().size();
      eldest.remove();
    }
  }

  /** A message for {@code link}; counts the serving. */
  Lookup serve(MessageId id, Link link) {
    Entry entry = entries.get(id);
    if (entry == null) {
      return new Lookup.Unknown();
    }
    int servings = entry.servings.merge(link, 1, Integer::sum);
    return servings > MAX_SERVINGS ? new Lookup.Repeated() : new Lookup.Found(entry.message);
  }

  Optional<Message> get(MessageId id) {
    return Optional.ofNullable(entries.get(id)).map(entry -> entry.message);
  }

  /** The ids to announce, by topic, oldest first. */
  Map<Topic, List<MessageId>> announceable() {
    Map<Topic, List<MessageId>> byTopic = new LinkedHashMap<>();
    List<List<MessageId>> young = windows.stream().limit(gossip).toList().reversed();
    for (List<MessageId> window : young) {
      for (MessageId id : window) {
        get(id)
            .ifPresent(
                message ->
                    byTopic.computeIfAbsent(message.topic(), t -> new ArrayList<>()).add(id));
      }
    }
    return byTopic;
  }

  /** A heartbeat passed: opens a window and drops the oldest. */
  void shift() {
    windows.addFirst(new ArrayList<>());
    while (windows.size() > history) {
      for (MessageId id : windows.removeLast()) {
        Entry entry = entries.remove(id);
        if (entry != null) {
          bytes -= entry.message.payload().size();
        }
      }
    }
  }
}
