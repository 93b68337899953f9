package io.kadlink.protocols.pubsub;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.identity.NodeId;
import io.kadlink.protocols.pubsub.wire.Message;
import io.kadlink.protocols.pubsub.wire.MessageId;
import io.kadlink.protocols.pubsub.wire.Packet.Publish;
import io.kadlink.protocols.pubsub.wire.PubSubCodec;
import io.kadlink.protocols.pubsub.wire.Topic;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.ProtocolViolation;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.apache.tuweni.bytes.Bytes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way of a message through this node (docs/protocols/pubsub.md §Propagation).
 *
 * <p>A message that comes in is checked from cheap to dear: is its topic ours, was its id seen, is
 * it recent, did its publisher sign it, does the topic's validator accept it. Only then it is sent
 * to the topic's mesh, kept for those who missed it, and delivered. An id counts as seen once the
 * signature is checked, not before: a forgery must not keep the true message out.
 */
final class Propagation {
  private static final Logger LOG = LoggerFactory.getLogger(Propagation.class);

  private final NodeId self;
  private final PubSubOptions options;
  private final InstantSource clock;
  private final InstantSource steady;
  private final PubSubMetrics metrics;
  private final Predicate<Message> authentic;
  private final Subscribers subscribers;
  private final Roster roster;
  private final Mesh mesh;
  private final FanOut fanOut;
  private final MessageCache cache;
  private final Gossip gossip;
  private final SeenCache seen;
  private final Validations validations;
  private final Map<Topic, Validator> validators = new HashMap<>();

  Propagation(
      NodeId self,
      PubSubOptions options,
      Loop loop,
      InstantSource clock,
      InstantSource steady,
      PubSubMetrics metrics,
      Predicate<Message> authentic,
      Subscribers subscribers,
      Roster roster,
      Mesh mesh,
      FanOut fanOut,
      MessageCache cache,
      Gossip gossip) {
    this.self = self;
    this.options = options;
    this.clock = clock;
    this.steady = steady;
    this.metrics = metrics;
    this.authentic = authentic;
    this.subscribers = subscribers;
    this.roster = roster;
    this.mesh = mesh;
    this.fanOut = fanOut;
    this.cache = cache;
    this.gossip = gossip;
    this.seen = new SeenCache(options.seenTtl(), options.maxSeen());
    this.validations = new Validations(options, loop, metrics);
  }

  void validator(Topic topic, Validator validator) {
    validators.put(topic, validator);
  }

  boolean hasSeen(MessageId id) {
    return seen.contains(id);
  }

  void heartbeat(Instant now) {
    seen.sweep(now);
    validations.expire(now);
  }

  /** A message came in from {@code link}. */
  void receive(Link link, Message message, Instant now) throws ProtocolViolation {
    metrics.received.increment();
    if (!subscribers.has(message.topic())) {
      metrics.drop(DropReason.NOT_SUBSCRIBED);
      return;
    }
    if (seen.contains(message.id())) {
      metrics.duplicates.increment();
      validations.heardFrom(message.id(), link);
      return;
    }
    Optional<DropReason> refused = refusal(message);
    if (refused.isPresent()) {
      gossip.arrived(message);
      drop(refused.get(), message, link);
      return;
    }
    if (!authentic.test(message)) {
      drop(DropReason.FORGED, message, link);
      throw new ProtocolViolation(
          DisconnectReason.SUBPROTOCOL_ERROR,
          "passed on " + message + " whose signature is not its publisher's");
    }
    gossip.arrived(message);
    Validator validator = validators.get(message.topic());
    if (validator != null && !validations.hasRoomFor(message)) {
      // Not noted as seen: it may come again when there is room.
      drop(DropReason.VALIDATION_QUEUE_FULL, message, link);
      return;
    }
    seen.add(message.id(), now);
    if (validator == null) {
      pass(message, Set.of(link));
      return;
    }
    validations.start(
        message, validator, now, (verdict, others) -> decided(message, verdict, link, others));
  }

  /** Cheap reasons to drop a message before its signature is looked at. */
  private Optional<DropReason> refusal(Message message) {
    if (message.publisher().equals(self)) {
      return Optional.of(DropReason.OWN);
    }
    long published = message.sequence();
    Instant now = clock.instant();
    long latest = micros(now.plus(options.maxAhead()));
    if (Long.compareUnsigned(published, latest) > 0) {
      return Optional.of(DropReason.AHEAD);
    }
    long earliest = micros(now.minus(options.maxAge()));
    return published < earliest ? Optional.of(DropReason.EXPIRED) : Optional.empty();
  }

  /** Microseconds since the epoch, as sequences count them. */
  static long micros(Instant time) {
    return Math.addExact(
        Math.multiplyExact(time.getEpochSecond(), 1_000_000), time.getNano() / 1_000);
  }

  private void drop(DropReason reason, Message message, Link link) {
    metrics.drop(reason);
    LOG.debug("{} from {} dropped: {}", message, link, reason.tag());
  }

  private void decided(Message message, Verdict verdict, Link from, Set<Link> others) {
    switch (verdict) {
      case ACCEPT -> {
        Set<Link> senders = new LinkedHashSet<>(others);
        senders.add(from);
        pass(message, senders);
      }
      case REJECT -> {
        drop(DropReason.REJECTED, message, from);
        from.fault(Fault.REJECTED_MESSAGE);
        others.forEach(link -> link.fault(Fault.REJECTED_MESSAGE));
      }
      case IGNORE -> drop(DropReason.IGNORED, message, from);
    }
  }

  /** An accepted message of someone else. */
  private void pass(Message message, Set<Link> senders) {
    if (!subscribers.has(message.topic())) {
      metrics.drop(DropReason.NOT_SUBSCRIBED); // we left while it was validated
      return;
    }
    cache.put(message);
    metrics.forwarded.increment(send(message, mesh.links(message.topic()), senders));
    subscribers.deliver(message);
  }

  private int send(Message message, Collection<Link> to, Set<Link> except) {
    Bytes encoded = PubSubCodec.encode(new Publish(message));
    int sent = 0;
    for (Link link : List.copyOf(to)) {
      if (!except.contains(link)
          && !link.id().equals(message.publisher())
          && link.send(Publish.CODE, encoded)) {
        sent++;
      }
    }
    return sent;
  }

  /** Publishes an own, signed message; {@code done} tells what became of it. */
  void publish(Message message, CompletableFuture<Published> done) {
    Instant now = steady.instant();
    Validator validator = validators.get(message.topic());
    if (validator == null) {
      seen.add(message.id(), now);
      done.complete(release(message, now));
    } else if (!validations.hasRoomFor(message)) {
      metrics.drop(DropReason.VALIDATION_QUEUE_FULL);
      done.completeExceptionally(
          new PublishException("too many messages wait for their topic's validator"));
    } else {
      seen.add(message.id(), now);
      validations.start(
          message,
          validator,
          now,
          (verdict, others) -> {
            if (verdict == Verdict.ACCEPT) {
              done.complete(release(message, steady.instant()));
            } else {
              metrics.drop(verdict == Verdict.REJECT ? DropReason.REJECTED : DropReason.IGNORED);
              done.completeExceptionally(
                  new PublishException("the topic's validator says " + verdict));
            }
          });
    }
  }

  private Published release(Message message, Instant now) {
    cache.put(message);
    metrics.published.increment();
    int peers = send(message, targets(message.topic(), now), Set.of());
    LOG.debug("published {} to {} peers", message, peers);
    subscribers.deliver(message);
    return new Published(message.id(), peers);
  }

  private Set<Link> targets(Topic topic, Instant now) {
    Set<Link> few;
    if (subscribers.has(topic)) {
      few = new LinkedHashSet<>(mesh.links(topic));
      if (few.size() < options.degreeLow()) {
        // The mesh is still forming; the heartbeat would be late for this message.
        few.addAll(roster.pick(topic, options.degree() - few.size(), l -> !few.contains(l)));
      }
    } else {
      few = fanOut.use(topic, now);
    }
    return options.floodPublish() ? roster.subscribers(topic) : few;
  }
}
