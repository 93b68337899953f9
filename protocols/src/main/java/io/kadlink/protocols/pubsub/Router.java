package io.kadlink.protocols.pubsub;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.loop.SteadyClock;
import io.kadlink.identity.NodeId;
import io.kadlink.protocols.pubsub.wire.Limits;
import io.kadlink.protocols.pubsub.wire.Message;
import io.kadlink.protocols.pubsub.wire.Packet;
import io.kadlink.protocols.pubsub.wire.Packet.Change;
import io.kadlink.protocols.pubsub.wire.Packet.Graft;
import io.kadlink.protocols.pubsub.wire.Packet.IHave;
import io.kadlink.protocols.pubsub.wire.Packet.IWant;
import io.kadlink.protocols.pubsub.wire.Packet.Prune;
import io.kadlink.protocols.pubsub.wire.Packet.Publish;
import io.kadlink.protocols.pubsub.wire.Packet.Subscriptions;
import io.kadlink.protocols.pubsub.wire.PubSubCodec;
import io.kadlink.protocols.pubsub.wire.Topic;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.ProtocolViolation;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.apache.tuweni.bytes.Bytes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node's part in pubsub/1: takes what happens (sessions, packets, heartbeats, what the node
 * wants) and sends what follows.
 *
 * <p>It hands each event to the part that knows: {@link Propagation} for messages, {@link Mesh} for
 * the links that carry them in full, {@link Gossip} for the links that carry their ids, {@link
 * FanOut} for topics we only publish to.
 *
 * <p>Everything here is confined to one loop, and nothing here waits: peers are reached through
 * {@link Outlet}s, time and chance are handed in. So a thousand routers run in a simulator as one
 * does in a node.
 */
final class Router {
  private static final Logger LOG = LoggerFactory.getLogger(Router.class);

  private final PubSubOptions options;
  private final Loop loop;
  private final InstantSource steady;
  private final PubSubMetrics metrics;

  private final Roster roster;
  private final Mesh mesh;
  private final FanOut fanOut;
  private final Gossip gossip;
  private final Propagation propagation;
  private final Subscribers subscribers;
  private Instant faultsForgivenAt;

  /**
   * @param clock the time of day, which tells whether a message is current; all else goes by the
   *     loop's other clock
   * @param authentic whether a message's publisher signed it; {@link Message#isAuthentic()} except
   *     in simulations
   */
  Router(
      NodeId self,
      PubSubOptions options,
      Loop loop,
      InstantSource clock,
      RandomGenerator random,
      PubSubMetrics metrics,
      Predicate<Message> authentic) {
    this.options = options;
    this.loop = loop;
    this.steady = SteadyClock.of(loop);
    this.metrics = metrics;
    this.roster = new Roster(random);
    this.mesh = new Mesh(options, roster, random, metrics);
    this.fanOut = new FanOut(options, roster);
    MessageCache cache =
        new MessageCache(
            options.historyWindows(), options.gossipWindows(), options.maxCachedBytes());
    this.gossip = new Gossip(options, roster, cache, random, metrics);
    this.subscribers = new Subscribers(metrics);
    this.propagation =
        new Propagation(
            self,
            options,
            loop,
            clock,
            steady,
            metrics,
            authentic,
            subscribers,
            roster,
            mesh,
            fanOut,
            cache,
            gossip);
    this.faultsForgivenAt = steady.instant();
  }

  // Sessions

  /** A session is up. */
  Link connected(NodeId peer, boolean outbound, Outlet outlet) {
    loop.assertInLoop();
    Link link = new Link(peer, outbound, outlet, metrics);
    roster.add(link);
    tell(link);
    return link;
  }

  /** A session is gone. */
  void disconnected(Link link) {
    loop.assertInLoop();
    link.close();
    if (roster.remove(link)) {
      mesh.remove(link);
      fanOut.remove(link);
      gossip.remove(link, steady.instant());
    }
  }

  /** Something came in. */
  void received(Link link, int code, Bytes payload) throws ProtocolViolation {
    loop.assertInLoop();
    if (link.isGone()) {
      return;
    }
    Optional<Packet> packet;
    try {
      packet = PubSubCodec.decode(code, payload);
    } catch (ProtocolViolation e) {
      metrics.drop(DropReason.MALFORMED);
      throw e;
    }
    if (packet.isEmpty()) {
      metrics.drop(DropReason.UNKNOWN_CODE);
      return;
    }
    Instant now = steady.instant();
    switch (packet.get()) {
      case Publish publish -> propagation.receive(link, publish.message(), now);
      case Subscriptions announced -> apply(link, announced);
      case Graft graft -> mesh.grafted(link, graft, now);
      case Prune prune -> mesh.pruned(link, prune, now);
      case IHave iHave ->
          gossip.announced(link, iHave, subscribers::has, propagation::hasSeen, now);
      case IWant iWant -> gossip.asked(link, iWant);
    }
    if (link.faults() >= options.maxFaults()) {
      throw new ProtocolViolation(
          DisconnectReason.SUBPROTOCOL_ERROR, link.faults() + " faults on pubsub");
    }
  }

  private void apply(Link link, Subscriptions announced) throws ProtocolViolation {
    for (Change change : announced.changes()) {
      roster.apply(link, change);
      if (!change.subscribed()) {
        mesh.unsubscribed(link, change.topic());
        fanOut.unsubscribed(link, change.topic());
      }
    }
  }

  // What the node wants

  /** Publishes an own, signed message; {@code done} tells what became of it. */
  void publish(Message message, CompletableFuture<Published> done) {
    loop.assertInLoop();
    propagation.publish(message, done);
  }

  void validator(Topic topic, Validator validator) {
    loop.assertInLoop();
    propagation.validator(topic, validator);
  }

  /** Adds a listener; the first one of a topic joins it. */
  void subscribe(Topic topic, Consumer<Message> consumer) {
    loop.assertInLoop();
    if (!subscribers.add(topic, consumer)) {
      return;
    }
    fanOut.remove(topic);
    roster.links().forEach(this::tell);
    mesh.join(topic, steady.instant());
  }

  /** Removes a listener; the last one of a topic leaves it. */
  void unsubscribe(Topic topic, Consumer<Message> consumer) {
    loop.assertInLoop();
    if (!subscribers.remove(topic, consumer)) {
      return;
    }
    gossip.forget(topic);
    mesh.leave(topic, steady.instant());
    roster.links().forEach(this::tell);
  }

  /**
   * Brings what a peer knows of our subscriptions up to date; the heartbeat repeats what failed.
   */
  private void tell(Link link) {
    List<Change> changes = new ArrayList<>();
    for (Topic topic : link.told()) {
      if (!subscribers.has(topic)) {
        changes.add(new Change(topic, false));
      }
    }
    for (Topic topic : subscribers.topics()) {
      if (!link.told().contains(topic)) {
        changes.add(new Change(topic, true));
      }
    }
    for (int from = 0; from < changes.size(); from += Limits.MAX_TOPICS_PER_MESSAGE) {
      int to = Math.min(changes.size(), from + Limits.MAX_TOPICS_PER_MESSAGE);
      List<Change> some = changes.subList(from, to);
      if (!link.send(new Subscriptions(some))) {
        return;
      }
      for (Change change : some) {
        if (change.subscribed()) {
          link.told().add(change.topic());
        } else {
          link.told().remove(change.topic());
        }
      }
    }
  }

  // Time

  /** One round of upkeep; due every {@link PubSubOptions#heartbeat()}. */
  void heartbeat() {
    loop.assertInLoop();
    Instant now = steady.instant();
    forgive(now);
    for (Link link : roster.links()) {
      link.renewAllowance();
      if (link.faults() >= options.maxFaults()) {
        LOG.debug("{} is disconnected: {} faults", link, link.faults());
        link.disconnect(DisconnectReason.SUBPROTOCOL_ERROR);
      } else {
        tell(link);
      }
    }
    propagation.heartbeat(now);
    mesh.heartbeat(now);
    fanOut.heartbeat(now);
    gossip.heartbeat(
        now,
        (link, topic) -> mesh.links(topic).contains(link) || fanOut.links(topic).contains(link));
    metrics.peers.set(roster.size());
    metrics.meshLinks.set(mesh.size());
  }

  private void forgive(Instant now) {
    if (Duration.between(faultsForgivenAt, now).compareTo(options.faultDecay()) >= 0) {
      faultsForgivenAt = now;
      roster.links().forEach(Link::forgiveOne);
    }
  }

  // Snapshots for tools

  List<NodeId> meshOf(Topic topic) {
    loop.assertInLoop();
    return mesh.links(topic).stream().map(Link::id).toList();
  }

  List<NodeId> subscribersOf(Topic topic) {
    loop.assertInLoop();
    return roster.subscribers(topic).stream().map(Link::id).toList();
  }
}
