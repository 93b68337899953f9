package io.kadlink.protocols.pubsub;

import io.kadlink.protocols.pubsub.wire.MessageId;
import io.kadlink.protocols.pubsub.wire.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Messages we asked for by id. Each is asked of one peer at a time; when it does not come in time,
 * or the peer goes, the next peer that announced it is asked.
 */
final class Wanted {
  /** Ids asked of one peer at a time: bounds what a peer that invents ids makes us remember. */
  static final int MAX_PROMISES_PER_PEER = 2_048;

  /** Further peers remembered per id; the latest to announce it are the best bet. */
  static final int MAX_ALTERNATIVES = 4;

  private static final class Promise {
    final Topic topic;
    final ArrayDeque<Link> alternatives = new ArrayDeque<>();
    Link asked;
    Instant deadline;

    Promise(Topic topic, Link asked, Instant deadline) {
      this.topic = topic;
      this.asked = asked;
      this.deadline = deadline;
    }
  }

  private final Duration timeout;
  private final LinkedHashMap<MessageId, Promise> promises = new LinkedHashMap<>();
  private final Map<Link, Integer> asked = new HashMap<>();

  Wanted(Duration timeout) {
    this.timeout = timeout;
  }

  /** {@code link} announced an unseen id. True when it is to be asked for it now. */
  boolean announced(MessageId id, Topic topic, Link link, Instant now) {
    Promise promise = promises.get(id);
    if (promise != null) {
      if (promise.asked != link) {
        promise.alternatives.remove(link);
        promise.alternatives.addFirst(link);
        if (promise.alternatives.size() > MAX_ALTERNATIVES) {
          promise.alternatives.removeLast();
        }
      }
      return false;
    }
    if (!mayAsk(link)) {
      return false;
    }
    promises.put(id, new Promise(topic, link, now.plus(timeout)));
    asked.merge(link, 1, Integer::sum);
    return true;
  }

  private boolean mayAsk(Link link) {
    return !link.isGone() && asked.getOrDefault(link, 0) < MAX_PROMISES_PER_PEER;
  }

  /** The message is here, from whomever. True when it had been asked for. */
  boolean arrived(MessageId id) {
    Promise promise = promises.remove(id);
    if (promise == null) {
      return false;
    }
    release(promise.asked);
    return true;
  }

  /** Takes note of promises that were not kept; returns whom to ask next for which ids. */
  Map<Link, List<MessageId>> expire(Instant now, Consumer<Link> broken) {
    return reassign(promise -> !now.isBefore(promise.deadline), now, broken);
  }

  /** {@code link} is gone or can't be asked; returns whom to ask next for which ids. */
  Map<Link, List<MessageId>> withdraw(Link link, Instant now) {
    promises.values().forEach(promise -> promise.alternatives.remove(link));
    return reassign(promise -> promise.asked == link, now, unused -> {});
  }

  private Map<Link, List<MessageId>> reassign(
      Predicate<Promise> due, Instant now, Consumer<Link> broken) {
    Map<Link, List<MessageId>> next = new LinkedHashMap<>();
    Iterator<Map.Entry<MessageId, Promise>> all = promises.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<MessageId, Promise> entry = all.next();
      Promise promise = entry.getValue();
      if (!due.test(promise)) {
        continue;
      }
      broken.accept(promise.asked);
      release(promise.asked);
      Link alternative = promise.alternatives.poll();
      while (alternative != null && !mayAsk(alternative)) {
        alternative = promise.alternatives.poll();
      }
      if (alternative == null) {
        all.remove();
        continue;
      }
      promise.asked = alternative;
      promise.deadline = now.plus(timeout);
      asked.merge(alternative, 1, Integer::sum);
      next.computeIfAbsent(alternative, l -> new ArrayList<>()).add(entry.getKey());
    }
    return next;
  }

  /** We left the topic and want its messages no longer. */
  void forget(Topic topic) {
    promises
        .values()
        .removeIf(
            promise -> {
              if (!promise.topic.equals(topic)) {
                return false;
              }
              release(promise.asked);
              return true;
            });
  }

  private void release(Link link) {
    asked.computeIfPresent(link, (l, count) -> count > 1 ? count - 1 : null);
  }

  int size() {
    return promises.size();
  }
}
