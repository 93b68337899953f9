package io.kadlink.protocols.pubsub;

import io.kadlink.protocols.pubsub.wire.Message;
import io.kadlink.protocols.pubsub.wire.Topic;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who listens to what on this node. */
final class Subscribers {
  private static final Logger LOG = LoggerFactory.getLogger(Subscribers.class);

  private final PubSubMetrics metrics;
  private final Map<Topic, Set<Consumer<Message>>> consumers = new LinkedHashMap<>();

  Subscribers(PubSubMetrics metrics) {
    this.metrics = metrics;
  }

  /** True when it is the first of its topic. */
  boolean add(Topic topic, Consumer<Message> consumer) {
    Set<Consumer<Message>> all = consumers.computeIfAbsent(topic, t -> new LinkedHashSet<>());
    return all.add(consumer) && all.size() == 1;
  }

  /** True when it was the last of its topic. */
  boolean remove(Topic topic, Consumer<Message> consumer) {
    Set<Consumer<Message>> all = consumers.get(topic);
    if (all == null || !all.remove(consumer) || !all.isEmpty()) {
      return false;
    }
    consumers.remove(topic);
    return true;
  }

  boolean has(Topic topic) {
    return consumers.containsKey(topic);
  }

  Set<Topic> topics() {
    return Collections.unmodifiableSet(consumers.keySet());
  }

  /**
   * Hands a message to all who listen to its topic; one that fails does not keep it from others.
   */
  void deliver(Message message) {
    for (Consumer<Message> consumer :
        List.copyOf(consumers.getOrDefault(message.topic(), Set.of()))) {
      try {
        consumer.accept(message);
        metrics.delivered.increment();
      } catch (RuntimeException e) {
        metrics.drop(DropReason.CONSUMER_ERROR);
        LOG.warn("a subscriber of {} failed on {}", message.topic(), message, e);
      }
    }
  }
}
