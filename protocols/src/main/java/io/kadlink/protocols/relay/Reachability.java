package io.kadlink.protocols.relay;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeRecord;
import io.kadlink.identity.PublicKey;
import io.kadlink.protocols.relay.wire.AnnouncedRelay;
import io.kadlink.protocols.relay.wire.RelayMessage.Reserve;
import io.kadlink.protocols.relay.wire.RelayMessage.Status;
import io.kadlink.protocols.relay.wire.StatusCode;
import io.kadlink.server.Peer;
import io.kadlink.server.ProtocolContext;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a node that can't be dialed reachable: asks peers that speak relay/1 and can be dialed
 * themselves for a reservation until it has as many as it wants, and announces them in the node's
 * record. Confined to the loop.
 */
final class Reachability {
  /** How long a relay may take to answer RESERVE before another is asked. */
  static final Duration ANSWER_PATIENCE = Duration.ofSeconds(10);

  /** A relay that said no is not asked again for so long. */
  static final Duration REFUSAL_REST = Duration.ofMinutes(5);

  /** How often relays that refused are looked at again. */
  static final Duration REVIEW_PERIOD = Duration.ofMinutes(1);

  /** Changes of the relays within this time become one new record. */
  static final Duration ANNOUNCE_DELAY = Duration.ofSeconds(1);

  private static final Logger log = LoggerFactory.getLogger(Reachability.class);

  private final RelayOptions options;
  private final ProtocolContext context;
  private final InstantSource clock;
  private final Sessions sessions;
  private final RelayMetrics metrics;
  private final Map<RelaySession, Loop.Timer> asked = new LinkedHashMap<>();
  private final Map<RelaySession, AnnouncedRelay> granted = new LinkedHashMap<>();
  private final Map<NodeId, Instant> resting = new LinkedHashMap<>();
  private Loop.@Nullable Timer review;
  private Loop.@Nullable Timer announcing;
  private boolean updating;
  private List<AnnouncedRelay> announced;
  private volatile List<PublicKey> relays = List.of();

  Reachability(
      RelayOptions options, ProtocolContext context, Sessions sessions, RelayMetrics metrics) {
    this.options = options;
    this.context = context;
    this.clock = context.steadyClock();
    this.sessions = sessions;
    this.metrics = metrics;
    this.announced = AnnouncedRelay.of(context.localRecord());
  }

  void start() {
    if (options.reachable()) {
      review = context.loop().repeat(REVIEW_PERIOD, this::fill);
    }
    if (context.localRecord().entry(AnnouncedRelay.ENTRY).isPresent()) {
      announceSoon(); // left from an earlier run
    }
  }

  void stop() {
    if (review != null) {
      review.cancel();
    }
    if (announcing != null) {
      announcing.cancel();
    }
  }

  /** Relays that take circuits for this node now. Any thread. */
  List<PublicKey> relays() {
    return relays;
  }

  /** Whether we asked this relay to take circuits for us, and it did not say no. */
  boolean reservedWith(RelaySession relay) {
    return granted.containsKey(relay) || asked.containsKey(relay);
  }

  void connected() {
    fill();
  }

  void gone(RelaySession session) {
    Loop.Timer timer = asked.remove(session);
    if (timer != null) {
      timer.cancel();
    }
    if (granted.remove(session) != null) {
      log.info("relay: no longer reachable through {}, it is gone", session.id().shortForm());
      changed();
    }
    fill();
  }

  /** A relay answers our RESERVE, or takes back what it granted. */
  void answered(RelaySession relay, Status status) {
    Loop.Timer timer = asked.remove(relay);
    if (timer != null) {
      timer.cancel();
    }
    if (status.code() != StatusCode.OK) {
      metrics.refusedBy("reserve", status.code());
      rest(relay.id());
      log.debug(
          "relay: {} takes no circuits for us: {} {}",
          relay.id().shortForm(),
          status.code(),
          status.reason());
      if (granted.remove(relay) != null) {
        changed();
      }
      fill();
    } else if (timer == null) {
      metrics.ignored("unasked reservation");
    } else {
      Optional<InetSocketAddress> endpoint = endpoint(relay.peer());
      endpoint.ifPresent(
          address -> {
            granted.put(relay, new AnnouncedRelay(relay.peer().publicKey(), address));
            log.info("relay: reachable through {}", relay.id().shortForm());
            changed();
          });
    }
  }

  /** Asks as many as are missing. */
  private void fill() {
    if (!options.reachable()) {
      return;
    }
    Instant now = clock.instant();
    resting.values().removeIf(until -> !now.isBefore(until));
    for (RelaySession session : sessions.all()) {
      if (granted.size() + asked.size() >= options.relaysWanted()) {
        return;
      }
      if (!reservedWith(session)
          && !session.relayed()
          && !resting.containsKey(session.id())
          && endpoint(session.peer()).isPresent()) {
        ask(session);
      }
    }
  }

  private void ask(RelaySession session) {
    asked.put(session, context.loop().schedule(ANSWER_PATIENCE, () -> unanswered(session)));
    session.say(new Reserve(true));
  }

  private void unanswered(RelaySession session) {
    asked.remove(session);
    session.say(new Reserve(false));
    log.debug("relay: {} does not answer our request", session.id().shortForm());
    rest(session.id());
    fill();
  }

  private void rest(NodeId relay) {
    resting.put(relay, clock.instant().plus(REFUSAL_REST));
  }

  private void changed() {
    relays = granted.values().stream().map(AnnouncedRelay::publicKey).toList();
    metrics.reachableThrough(granted.size());
    announceSoon();
  }

  private void announceSoon() {
    if (announcing == null && !updating) {
      announcing = context.loop().schedule(ANNOUNCE_DELAY, this::announce);
    }
  }

  private void announce() {
    announcing = null;
    List<AnnouncedRelay> wanted = List.copyOf(granted.values());
    if (!wanted.equals(announced)) {
      updating = true;
      announce(wanted, wanted);
    }
  }

  /** A record has 300 bytes for everything: when {@code some} do not fit, one less may. */
  private void announce(List<AnnouncedRelay> wanted, List<AnnouncedRelay> some) {
    context
        .updateRecord(
            record ->
                some.isEmpty()
                    ? record.remove(AnnouncedRelay.ENTRY)
                    : record.entry(AnnouncedRelay.ENTRY, AnnouncedRelay.encode(some)))
        .whenCompleteAsync((record, error) -> updated(wanted, some, record, error), context.loop());
  }

  private void updated(
      List<AnnouncedRelay> wanted,
      List<AnnouncedRelay> some,
      NodeRecord record,
      @Nullable Throwable error) {
    if (error != null && !some.isEmpty()) {
      log.warn(
          "relay: a record announcing {} relays can't be made: {}",
          some.size(),
          Failures.message(error));
      announce(wanted, some.subList(0, some.size() - 1));
      return;
    }
    updating = false;
    if (error != null) {
      log.warn("relay: the record can't be updated: {}", Failures.message(error));
    } else {
      announced = wanted;
      log.info("relay: record {} announces {} relays", record.seq(), some.size());
    }
    if (!List.copyOf(granted.values()).equals(wanted)) {
      announceSoon();
    }
  }

  /**
   * Where others can dial it: where we dialed it, which is known to work; but its record's word
   * when it dialed us, or when we dialed it at an address that means something only near here.
   */
  static Optional<InetSocketAddress> endpoint(Peer peer) {
    Optional<InetSocketAddress> recorded = peer.record().flatMap(NodeRecord::tcpEndpoint);
    if (!peer.inbound()
        && peer.remoteAddress() instanceof InetSocketAddress dialed
        && !dialed.isUnresolved()
        && dialed.getPort() != 0) {
      boolean local = AddressScope.of(dialed.getAddress()) != AddressScope.WORLD;
      return local && recorded.isPresent() ? recorded : Optional.of(dialed);
    }
    return recorded;
  }
}
