package io.kadlink.protocols.pubsub;

import io.kadlink.protocols.pubsub.wire.Limits;
import io.kadlink.protocols.pubsub.wire.Packet.Graft;
import io.kadlink.protocols.pubsub.wire.Packet.Prune;
import io.kadlink.protocols.pubsub.wire.Packet.Pruned;
import io.kadlink.protocols.pubsub.wire.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The links that carry full messages, per topic we are subscribed to.
 *
 * <p>A link is made by GRAFT and ended by PRUNE; both sides hold it. Each heartbeat brings a topic
 * with fewer than {@code degreeLow} links up to {@code degree}, cuts one with more than {@code
 * degreeHigh} back to {@code degree}, and sees that {@code degreeOut} of them lead to peers that we
 * dialed: those an attacker can't choose. Who was pruned is in back-off: until it ends neither side
 * may GRAFT. We wait one heartbeat longer than told, since the other side's clock started later.
 */
final class Mesh {
  private static final Logger LOG = LoggerFactory.getLogger(Mesh.class);

  private final PubSubOptions options;
  private final Roster roster;
  private final RandomGenerator random;
  private final PubSubMetrics metrics;
  private final Backoffs backoffs = new Backoffs();
  private final Map<Topic, Set<Link>> meshes = new LinkedHashMap<>();

  Mesh(PubSubOptions options, Roster roster, RandomGenerator random, PubSubMetrics metrics) {
    this.options = options;
    this.roster = roster;
    this.random = random;
    this.metrics = metrics;
  }

  /** The mesh of {@code topic}; empty when we are not subscribed. */
  Set<Link> links(Topic topic) {
    return Collections.unmodifiableSet(meshes.getOrDefault(topic, Set.of()));
  }

  int size() {
    return meshes.values().stream().mapToInt(Set::size).sum();
  }

  /** We subscribe; peers have been told. */
  void join(Topic topic, Instant now) {
    meshes.putIfAbsent(topic, new LinkedHashSet<>());
    Map<Link, List<Topic>> grafts = new LinkedHashMap<>();
    choose(topic, options.degree(), now, link -> true, grafts);
    send(grafts);
  }

  /** We no longer subscribe; peers have not been told yet. */
  void leave(Topic topic, Instant now) {
    Set<Link> mesh = meshes.remove(topic);
    if (mesh == null) {
      return;
    }
    for (Link link : mesh) {
      backoffs.add(topic, link.id(), now, options.unsubscribeBackoff());
      prune(link, List.of(new Pruned(topic, options.unsubscribeBackoff().toSeconds())));
    }
  }

  /** The peer is no longer subscribed. */
  void unsubscribed(Link link, Topic topic) {
    Set<Link> mesh = meshes.get(topic);
    if (mesh != null) {
      mesh.remove(link);
    }
  }

  /** The session is gone. */
  void remove(Link link) {
    meshes.values().forEach(mesh -> mesh.remove(link));
  }

  void grafted(Link link, Graft graft, Instant now) {
    List<Pruned> refused = new ArrayList<>();
    for (Topic topic : graft.topics()) {
      Set<Link> mesh = meshes.get(topic);
      if (mesh == null) {
        // No answer: a PRUNE per unknown topic would be an amplifier.
        metrics.drop(DropReason.GRAFT_UNKNOWN_TOPIC);
        continue;
      }
      metrics.graftsReceived.increment();
      if (mesh.contains(link)) {
        continue;
      }
      if (accepts(link, topic, mesh, now)) {
        mesh.add(link);
        LOG.debug("{} joined our mesh of {}, {} links", link, topic, mesh.size());
      } else {
        metrics.graftsRefused.increment();
        backoffs.add(topic, link.id(), now, options.backoff());
        refused.add(new Pruned(topic, options.backoff().toSeconds()));
      }
    }
    if (!refused.isEmpty()) {
      prune(link, refused);
    }
  }

  private boolean accepts(Link link, Topic topic, Set<Link> mesh, Instant now) {
    if (!link.topics().contains(topic)) {
      link.fault(Fault.GRAFT_WITHOUT_SUBSCRIPTION);
      return false;
    }
    if (backoffs.active(topic, link.id(), now)) {
      link.fault(Fault.EARLY_GRAFT);
      return false;
    }
    return mesh.size() < options.degreeHigh() || link.outbound();
  }

  void pruned(Link link, Prune prune, Instant now) {
    for (Pruned pruned : prune.pruned()) {
      Set<Link> mesh = meshes.get(pruned.topic());
      if (mesh == null) {
        continue;
      }
      metrics.prunesReceived.increment();
      mesh.remove(link);
      backoffs.add(pruned.topic(), link.id(), now, backoff(pruned));
      LOG.debug("{} pruned us from {}, {} links left", link, pruned.topic(), mesh.size());
    }
  }

  private Duration backoff(Pruned pruned) {
    long seconds = pruned.backoffSeconds();
    if (seconds == 0) {
      return options.backoff();
    }
    return Long.compareUnsigned(seconds, Limits.MAX_BACKOFF_SECONDS) > 0
        ? Duration.ofSeconds(Limits.MAX_BACKOFF_SECONDS)
        : Duration.ofSeconds(seconds);
  }

  void heartbeat(Instant now) {
    backoffs.sweep(now.minus(options.heartbeat()));
    Map<Link, List<Topic>> grafts = new LinkedHashMap<>();
    Map<Link, List<Pruned>> prunes = new LinkedHashMap<>();
    meshes.forEach(
        (topic, mesh) -> {
          if (mesh.size() < options.degreeLow()) {
            choose(topic, options.degree() - mesh.size(), now, link -> true, grafts);
          } else if (mesh.size() > options.degreeHigh()) {
            cut(topic, mesh, now, prunes);
          }
          int dialed = Math.toIntExact(mesh.stream().filter(Link::outbound).count());
          if (mesh.size() >= options.degreeLow() && dialed < options.degreeOut()) {
            choose(topic, options.degreeOut() - dialed, now, Link::outbound, grafts);
          }
        });
    send(grafts);
    prunes.forEach(this::prune);
  }

  /** Takes up to {@code count} new links into the mesh; the GRAFTs are still to be sent. */
  private void choose(
      Topic topic, int count, Instant now, Predicate<Link> which, Map<Link, List<Topic>> grafts) {
    Set<Link> mesh = meshes.get(topic);
    if (mesh == null) {
      return;
    }
    Instant slack = now.minus(options.heartbeat());
    Predicate<Link> eligible =
        link ->
            !mesh.contains(link)
                && link.told().contains(topic)
                && link.faults() <= options.maxFaults() / 2
                && !backoffs.active(topic, link.id(), slack);
    for (Link link : roster.pick(topic, count, eligible.and(which))) {
      mesh.add(link);
      grafts.computeIfAbsent(link, l -> new ArrayList<>()).add(topic);
    }
  }

  private void cut(Topic topic, Set<Link> mesh, Instant now, Map<Link, List<Pruned>> prunes) {
    List<Link> all = new ArrayList<>(mesh);
    Collections.shuffle(all, random);
    Set<Link> kept = new LinkedHashSet<>();
    all.stream().filter(Link::outbound).limit(options.degreeOut()).forEach(kept::add);
    all.stream()
        .filter(link -> !kept.contains(link))
        .limit(options.degree() - kept.size())
        .toList()
        .forEach(kept::add);
    for (Link link : all) {
      if (!kept.contains(link)) {
        mesh.remove(link);
        backoffs.add(topic, link.id(), now, options.backoff());
        prunes
            .computeIfAbsent(link, l -> new ArrayList<>())
            .add(new Pruned(topic, options.backoff().toSeconds()));
      }
    }
  }

  private void send(Map<Link, List<Topic>> grafts) {
    grafts.forEach(
        (link, topics) -> {
          if (link.send(new Graft(topics))) {
            metrics.graftsSent.increment(topics.size());
          } else {
            // It does not know of the link, so there is none; the next heartbeat tries again.
            topics.forEach(topic -> unsubscribed(link, topic));
          }
        });
  }

  private void prune(Link link, List<Pruned> pruned) {
    if (link.send(new Prune(pruned))) {
      metrics.prunesSent.increment(pruned.size());
    }
  }
}
