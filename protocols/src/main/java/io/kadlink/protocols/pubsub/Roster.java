package io.kadlink.protocols.pubsub;

import io.kadlink.protocols.pubsub.wire.Limits;
import io.kadlink.protocols.pubsub.wire.Packet.Change;
import io.kadlink.protocols.pubsub.wire.Topic;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.ProtocolViolation;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/** The sessions, and which of their peers are subscribed to what. */
final class Roster {
  private final RandomGenerator random;
  private final Set<Link> links = new LinkedHashSet<>();
  private final Map<Topic, Set<Link>> subscribers = new LinkedHashMap<>();

  Roster(RandomGenerator random) {
    this.random = random;
  }

  void add(Link link) {
    links.add(link);
  }

  boolean remove(Link link) {
    if (!links.remove(link)) {
      return false;
    }
    link.topics().forEach(topic -> unlist(link, topic));
    link.topics().clear();
    return true;
  }

  /** A copy: what is done with a link may remove it. */
  List<Link> links() {
    return List.copyOf(links);
  }

  int size() {
    return links.size();
  }

  /** Applies a peer's announcement. */
  void apply(Link link, Change change) throws ProtocolViolation {
    Topic topic = change.topic();
    if (!change.subscribed()) {
      if (link.topics().remove(topic)) {
        unlist(link, topic);
      }
    } else if (link.topics().add(topic)) {
      subscribers.computeIfAbsent(topic, t -> new LinkedHashSet<>()).add(link);
      if (link.topics().size() > Limits.MAX_SUBSCRIPTIONS_PER_PEER) {
        throw new ProtocolViolation(
            DisconnectReason.SUBPROTOCOL_ERROR,
            "subscribes to more than " + Limits.MAX_SUBSCRIPTIONS_PER_PEER + " topics");
      }
    }
  }

  private void unlist(Link link, Topic topic) {
    subscribers.computeIfPresent(
        topic,
        (t, all) -> {
          all.remove(link);
          return all.isEmpty() ? null : all;
        });
  }

  Set<Link> subscribers(Topic topic) {
    return Collections.unmodifiableSet(subscribers.getOrDefault(topic, Set.of()));
  }

  /** The subscribers of {@code topic} that {@code eligible} lets through, in random order. */
  List<Link> shuffled(Topic topic, Predicate<Link> eligible) {
    List<Link> chosen = new ArrayList<>();
    for (Link link : subscribers.getOrDefault(topic, Set.of())) {
      if (eligible.test(link)) {
        chosen.add(link);
      }
    }
    Collections.shuffle(chosen, random);
    return chosen;
  }

  /** At most {@code count} of them. */
  List<Link> pick(Topic topic, int count, Predicate<Link> eligible) {
    List<Link> all = shuffled(topic, eligible);
    return all.subList(0, Math.max(0, Math.min(count, all.size())));
  }
}
