package io.kadlink.server;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeRecord;
import io.kadlink.identity.PublicKey;
import io.kadlink.rlpx.RlpxConnection;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.Printable;
import io.kadlink.server.admission.Census.Held;
import io.kadlink.server.admission.Cidr;
import io.kadlink.server.admission.Slot;
import io.kadlink.server.membership.Membership;
import io.kadlink.server.reputation.Behaviour;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sessions there are, one for each node id, and the places kept for those just admitted.
 * Changed on the server's loop alone; {@link #peers} and {@link #peer} may be read from anywhere.
 */
final class PeerSet {
  private static final Logger LOG = LoggerFactory.getLogger(PeerSet.class);

  /**
   * From the gate's consent to the connection it takes one turn of two loops. After this the
   * connection most likely died in between, and its place is no obstacle to another one.
   */
  private static final Duration PLACE_KEPT = Duration.ofMillis(300);

  /**
   * When it comes after all, from a loop that was stuck, it still finds its place if it is free.
   */
  private static final Duration PLACE_REMEMBERED = Duration.ofSeconds(10);

  private final Loop loop;
  private final InstantSource clock;
  private final List<ProtocolHost> hosts;
  private final ServerMetrics metrics;
  private final Events events;
  private final Map<NodeId, Session> sessions = new ConcurrentHashMap<>();
  private final Map<NodeId, Place> places = new HashMap<>();
  private final Map<NodeId, Place> lapsed = new HashMap<>();
  private final List<Observer> observers = new ArrayList<>();

  /** A place kept for a connection that was admitted and is not there yet. */
  private record Place(
      Slot slot, boolean inbound, Optional<Membership> membership, Instant since) {}

  /** Who acts on changes; called on the server's loop. */
  interface Observer {
    default void up(Session session) {}

    default void down(Session session, RlpxConnection.Ending ending, Duration lasted, String why) {}

    /** A protocol says what a peer did. */
    default void reported(Session session, Behaviour behaviour, String detail) {}

    /** A place that was kept for this node is free again. */
    default void freed(NodeId id) {}
  }

  PeerSet(
      Loop loop,
      InstantSource clock,
      List<ProtocolHost> hosts,
      ServerMetrics metrics,
      Events events) {
    this.loop = loop;
    this.clock = clock;
    this.hosts = hosts;
    this.metrics = metrics;
    this.events = events;
    metrics.watchPeers(() -> count(false), () -> count(true));
  }

  void observe(Observer observer) {
    observers.add(observer);
  }

  /** Oldest first. */
  List<Peer> peers() {
    return sessions.values().stream()
        .sorted(Comparator.comparing(Session::connectedAt))
        .<Peer>map(session -> session)
        .toList();
  }

  Optional<Session> peer(NodeId id) {
    return Optional.ofNullable(sessions.get(id));
  }

  Collection<Session> sessions() {
    return List.copyOf(sessions.values());
  }

  private int count(boolean inbound) {
    return (int) sessions.values().stream().filter(s -> s.inbound() == inbound).count();
  }

  Optional<Held> held(NodeId id) {
    loop.assertInLoop();
    Session session = sessions.get(id);
    if (session != null) {
      return Optional.of(held(true, session.inbound(), session.connectedAt()));
    }
    return Optional.ofNullable(places.get(id)).map(p -> held(false, p.inbound(), p.since()));
  }

  private Held held(boolean established, boolean inbound, Instant since) {
    return new Held(established, inbound, Duration.between(since, clock.instant()));
  }

  int taken(Slot slot) {
    loop.assertInLoop();
    return (int)
        (sessions.values().stream().filter(s -> s.slot() == slot).count()
            + places.values().stream().filter(p -> p.slot() == slot).count());
  }

  /** All sessions, and the places kept. */
  int total() {
    loop.assertInLoop();
    return sessions.size() + places.size();
  }

  /** Sessions with nodes of this network that count against a limit. */
  int within(Cidr network) {
    loop.assertInLoop();
    return (int)
        sessions.values().stream()
            .filter(session -> session.slot() != Slot.FREE)
            .flatMap(session -> Discipline.socket(session.remoteAddress()).stream())
            .filter(socket -> network.contains(socket.getAddress()))
            .count();
  }

  /** Those that count against a limit, oldest first. */
  List<Session> limited() {
    return sessions.values().stream()
        .filter(session -> session.slot() != Slot.FREE && !session.endedByUs())
        .sorted(Comparator.comparing(Session::connectedAt))
        .toList();
  }

  /** Keeps a place for a connection that passed the gate. */
  void keepPlace(NodeId id, Slot slot, boolean inbound, Optional<Membership> membership) {
    loop.assertInLoop();
    Place place = new Place(slot, inbound, membership, clock.instant());
    places.put(id, place);
    loop.schedule(
        PLACE_KEPT,
        () -> {
          if (places.remove(id, place)) {
            LOG.debug("peer id={} was admitted and does not come", id.shortForm());
            lapsed.put(id, place);
            loop.schedule(PLACE_REMEMBERED, () -> lapsed.remove(id, place));
            observers.forEach(observer -> observer.freed(id));
          }
        });
  }

  /**
   * Makes a session of a connection that passed the gate.
   *
   * @return empty when there is one with this node already; the connection gets its goodbye then
   */
  Optional<Session> add(
      RlpxConnection connection, Optional<PublicKey> relay, Optional<NodeRecord> record) {
    loop.assertInLoop();
    NodeId id = connection.remoteKey().id();
    Place place = places.containsKey(id) ? places.get(id) : lapsed.get(id);
    if (sessions.containsKey(id) || place == null || place.inbound() != connection.inbound()) {
      connection.disconnect(
          sessions.containsKey(id) ? DisconnectReason.ALREADY_CONNECTED : DisconnectReason.TIMEOUT);
      return Optional.empty();
    }
    places.remove(id);
    lapsed.remove(id);
    Session session =
        new Session(
            connection, place.slot(), relay, record, clock.instant(), hosts, this::reported);
    place.membership().ifPresent(session::setMembership);
    sessions.put(id, session);
    LOG.info(
        "peer connected id={} client=\"{}\" {} address={} caps={}{}{} peers={}",
        id.shortForm(),
        session.clientName(),
        session.inbound() ? "accepted" : "dialed",
        session.remoteAddress(),
        session.capabilities(),
        via(session),
        session.organisation().map(name -> " organisation=\"" + name + "\"").orElse(""),
        sessions.size());
    session.open();
    events.tell(new ServerEvent.PeerConnected(session));
    observers.forEach(observer -> observer.up(session));
    connection.closed().thenAccept(ending -> loop.execute(() -> remove(session, ending)));
    return Optional.of(session);
  }

  private void remove(Session session, RlpxConnection.Ending ending) {
    sessions.remove(session.id(), session);
    Duration lasted = Duration.between(session.connectedAt(), clock.instant());
    String detail =
        ending.byRemote() ? ending.detail() : session.endedBecause().orElse(ending.detail());
    metrics.disconnected(ending.reason(), ending.byRemote());
    LOG.info(
        "peer disconnected id={} client=\"{}\" reason=\"{}\" by={} detail=\"{}\"{} after={}s"
            + " peers={}",
        session.id().shortForm(),
        session.clientName(),
        ending.reason(),
        ending.byRemote() ? "remote" : "us",
        Printable.of(detail),
        via(session),
        lasted.toSeconds(),
        sessions.size());
    session.closed(ending.reason());
    events.tell(
        new ServerEvent.PeerDisconnected(session, ending.reason(), ending.byRemote(), detail));
    String why =
        (ending.byRemote() ? "it disconnected: " : "we disconnected: ")
            + ending.reason()
            + " ("
            + Printable.of(detail)
            + ")";
    observers.forEach(observer -> observer.down(session, ending, lasted, why));
  }

  private void reported(Session session, Behaviour behaviour, String detail) {
    loop.execute(
        () -> observers.forEach(observer -> observer.reported(session, behaviour, detail)));
  }

  private static String via(Session session) {
    return session.relay().map(relay -> " via=" + relay.id().shortForm()).orElse("");
  }
}
