package io.kadlink.protocols.pubsub;

import io.kadlink.protocols.pubsub.wire.Limits;
import io.kadlink.protocols.pubsub.wire.Message;
import io.kadlink.protocols.pubsub.wire.MessageId;
import io.kadlink.protocols.pubsub.wire.Packet.Announcement;
import io.kadlink.protocols.pubsub.wire.Packet.IHave;
import io.kadlink.protocols.pubsub.wire.Packet.IWant;
import io.kadlink.protocols.pubsub.wire.Packet.Publish;
import io.kadlink.protocols.pubsub.wire.Topic;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The metadata links: tells peers outside the mesh which messages we have, fetches what we missed,
 * and supplies what others missed. All of it capped per peer and heartbeat.
 */
final class Gossip {
  /** IHAVE packets looked at per peer and heartbeat; an honest peer sends one, at most two. */
  static final int MAX_IHAVE_PACKETS = 10;

  /** Ids looked at per peer and heartbeat, announced and asked for each. */
  static final int MAX_IDS = Limits.MAX_IDS_PER_MESSAGE;

  /** Ids asked for per peer and heartbeat before it is a flood: we might be the slow clock. */
  static final int MAX_IDS_ASKED = 2 * Limits.MAX_IDS_PER_MESSAGE;

  private static final Logger LOG = LoggerFactory.getLogger(Gossip.class);

  private final PubSubOptions options;
  private final Roster roster;
  private final MessageCache cache;
  private final RandomGenerator random;
  private final PubSubMetrics metrics;
  private final Wanted wanted;

  Gossip(
      PubSubOptions options,
      Roster roster,
      MessageCache cache,
      RandomGenerator random,
      PubSubMetrics metrics) {
    this.options = options;
    this.roster = roster;
    this.cache = cache;
    this.random = random;
    this.metrics = metrics;
    this.wanted = new Wanted(options.promiseTimeout());
  }

  /**
   * A peer announced ids.
   *
   * @param subscribed which topics are ours
   * @param seen which ids we have or had
   */
  void announced(
      Link link, IHave iHave, Predicate<Topic> subscribed, Predicate<MessageId> seen, Instant now) {
    Link.Allowance allowance = link.allowance();
    if (++allowance.iHavePackets > MAX_IHAVE_PACKETS) {
      metrics.drop(DropReason.IHAVE_CAPPED);
      link.fault(Fault.IHAVE_FLOOD);
      return;
    }
    List<MessageId> request = new ArrayList<>();
    for (Announcement announcement : iHave.announcements()) {
      if (!subscribed.test(announcement.topic())) {
        metrics.drop(DropReason.NOT_SUBSCRIBED);
        continue;
      }
      for (MessageId id : announcement.ids()) {
        if (++allowance.idsHeard > MAX_IDS) {
          metrics.drop(DropReason.IHAVE_CAPPED);
        } else if (!seen.test(id) && wanted.announced(id, announcement.topic(), link, now)) {
          request.add(id);
        }
      }
    }
    ask(link, request, now);
  }

  private void ask(Link link, List<MessageId> ids, Instant now) {
    if (ids.isEmpty()) {
      return;
    }
    if (link.send(new IWant(ids))) {
      metrics.idsRequested.increment(ids.size());
    } else {
      askAll(wanted.withdraw(link, now), now);
    }
  }

  private void askAll(Map<Link, List<MessageId>> requests, Instant now) {
    requests.forEach((link, ids) -> ask(link, ids, now));
  }

  /** A peer asks for messages. */
  void asked(Link link, IWant iWant) {
    Link.Allowance allowance = link.allowance();
    for (MessageId id : iWant.ids()) {
      if (++allowance.idsAsked > MAX_IDS_ASKED) {
        metrics.drop(DropReason.IWANT_CAPPED);
        if (!allowance.iWantFlooded) {
          allowance.iWantFlooded = true;
          link.fault(Fault.IWANT_FLOOD);
        }
        return;
      }
      if (allowance.bytesServed >= options.maxIWantBytes()) {
        metrics.drop(DropReason.IWANT_CAPPED);
        continue;
      }
      switch (cache.serve(id, link)) {
        case MessageCache.Lookup.Found found -> {
          allowance.bytesServed += found.message().payload().size();
          if (link.send(new Publish(found.message()))) {
            metrics.idsServed.increment();
          }
        }
        case MessageCache.Lookup.Unknown unknown -> metrics.drop(DropReason.IWANT_UNKNOWN);
        case MessageCache.Lookup.Repeated repeated -> metrics.drop(DropReason.IWANT_REPEATED);
      }
    }
  }

  /** The message is here: nobody needs to send it any more. */
  void arrived(Message message) {
    if (wanted.arrived(message.id())) {
      metrics.recovered.increment();
    }
  }

  void forget(Topic topic) {
    wanted.forget(topic);
  }

  void remove(Link link, Instant now) {
    askAll(wanted.withdraw(link, now), now);
  }

  /**
   * Follows up on promises, announces what is in the cache, and moves its windows on.
   *
   * @param full whether a peer gets a topic's messages in full anyway
   */
  void heartbeat(Instant now, BiPredicate<Link, Topic> full) {
    askAll(wanted.expire(now, this::broken), now);
    announce(full);
    cache.shift();
  }

  private void broken(Link link) {
    if (!link.allowance().promiseBroken) {
      // Once per heartbeat: a peer that loses its cache breaks many promises at a time.
      link.allowance().promiseBroken = true;
      link.fault(Fault.BROKEN_PROMISE);
    }
  }

  private void announce(BiPredicate<Link, Topic> full) {
    Map<Link, List<Announcement>> outgoing = new LinkedHashMap<>();
    Map<Link, Integer> announced = new LinkedHashMap<>();
    cache
        .announceable()
        .forEach(
            (topic, ids) -> {
              List<Link> candidates = roster.shuffled(topic, link -> !full.test(link, topic));
              int share = (int) Math.ceil(options.gossipFactor() * candidates.size());
              int count = Math.min(candidates.size(), Math.max(options.gossipDegree(), share));
              for (Link link : candidates.subList(0, count)) {
                int left = MAX_IDS - announced.getOrDefault(link, 0);
                List<MessageId> some = sample(ids, left);
                if (!some.isEmpty()) {
                  announced.merge(link, some.size(), Integer::sum);
                  outgoing
                      .computeIfAbsent(link, l -> new ArrayList<>())
                      .add(new Announcement(topic, some));
                }
              }
            });
    outgoing.forEach(this::announce);
  }

  private void announce(Link link, List<Announcement> all) {
    for (int from = 0; from < all.size(); from += Limits.MAX_TOPICS_PER_MESSAGE) {
      int to = Math.min(all.size(), from + Limits.MAX_TOPICS_PER_MESSAGE);
      List<Announcement> some = all.subList(from, to);
      if (link.send(new IHave(some))) {
        int ids = some.stream().mapToInt(announcement -> announcement.ids().size()).sum();
        metrics.idsAnnounced.increment(ids);
        LOG.trace("announced {} ids to {}", ids, link);
      }
    }
  }

  /** Different peers get different ids when not all fit, so that together they hear of all. */
  private List<MessageId> sample(List<MessageId> ids, int max) {
    if (ids.size() <= max) {
      return ids;
    }
    List<MessageId> some = new ArrayList<>(ids);
    Collections.shuffle(some, random);
    return some.subList(0, max);
  }
}
