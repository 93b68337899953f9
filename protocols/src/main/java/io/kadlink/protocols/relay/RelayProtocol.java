package io.kadlink.protocols.relay;

import io.kadlink.identity.PublicKey;
import io.kadlink.protocols.relay.wire.RelayCodec;
import io.kadlink.protocols.relay.wire.RelayMessage;
import io.kadlink.protocols.relay.wire.RelayMessage.Close;
import io.kadlink.protocols.relay.wire.RelayMessage.Data;
import io.kadlink.protocols.relay.wire.RelayMessage.Hop;
import io.kadlink.protocols.relay.wire.RelayMessage.Reserve;
import io.kadlink.protocols.relay.wire.RelayMessage.Status;
import io.kadlink.protocols.relay.wire.RelayMessage.Stop;
import io.kadlink.protocols.relay.wire.RelayMessage.Window;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.Priority;
import io.kadlink.rlpx.wire.ProtocolViolation;
import io.kadlink.server.Peer;
import io.kadlink.server.Protocol;
import io.kadlink.server.ProtocolContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.tuweni.bytes.Bytes;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** relay/1 as the server sees it: takes each message to the part it is for. */
final class RelayProtocol implements Protocol {
  static final String NAME = "relay";
  static final int VERSION = 1;

  private static final Logger log = LoggerFactory.getLogger(RelayProtocol.class);

  private final RelayOptions options;
  private volatile @Nullable Running running;

  RelayProtocol(RelayOptions options) {
    this.options = options;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public int version() {
    return VERSION;
  }

  @Override
  public int messageCount() {
    return RelayCodec.MESSAGE_COUNT;
  }

  @Override
  public Priority priority(int code) {
    return RelayCodec.priority(code);
  }

  @Override
  public String messageName(int code) {
    return RelayCodec.name(code);
  }

  @Override
  public long maxPendingBytes() {
    return Outlet.MAX_PENDING_BYTES;
  }

  @Override
  public void start(ProtocolContext context) {
    RelayMetrics metrics = new RelayMetrics(context.metrics());
    Sessions sessions = new Sessions();
    Reachability reachability = new Reachability(options, context, sessions, metrics);
    CircuitEnds ends = new CircuitEnds(options, context, reachability::reservedWith, metrics);
    Running parts =
        new Running(
            context,
            metrics,
            sessions,
            new RelayService(options, context, sessions, metrics),
            ends,
            reachability,
            new CircuitDialer(this, context, sessions, ends));
    running = parts;
    context.registerDetour(parts.dialer());
    reachability.start();
  }

  @Override
  public void connected(Peer peer) {
    Running parts = parts();
    RelaySession session = new RelaySession(peer, this, parts.context().loop());
    parts.sessions().add(session);
    parts.dialer().connected(session);
    parts.reachability().connected();
  }

  @Override
  public void message(Peer peer, int code, Bytes payload) throws ProtocolViolation {
    Running parts = parts();
    Optional<RelaySession> session = parts.sessions().of(peer);
    if (session.isEmpty()) {
      parts.metrics().ignored("no session");
      return;
    }
    try {
      receive(parts, session.get(), RelayCodec.decode(code, payload));
    } catch (ProtocolViolation e) {
      parts.metrics().violation();
      log.debug("relay: {} breaks the rules: {}", peer.id().shortForm(), e.getMessage());
      throw e;
    }
  }

  private static void receive(Running parts, RelaySession session, RelayMessage message)
      throws ProtocolViolation {
    switch (message) {
      case Hop hop -> parts.service().hop(session, hop);
      case Stop stop -> parts.ends().stop(session, stop);
      case Reserve reserve -> parts.service().reserve(session, reserve.wanted());
      case Status status -> {
        if (status.circuit() == RelayMessage.NO_CIRCUIT) {
          parts.reachability().answered(session, status);
          return;
        }
        Optional<Leg> leg = parts.leg(session, status.circuit());
        if (leg.isPresent()) {
          leg.get().answered(status);
        }
      }
      case Data data -> {
        Optional<Leg> leg = parts.leg(session, data.circuit());
        if (leg.isPresent()) {
          leg.get().received(data.bytes());
        }
      }
      case Window window -> {
        Optional<Leg> leg = parts.leg(session, window.circuit());
        if (leg.isPresent()) {
          leg.get().credited(window.credit());
        }
      }
      case Close close ->
          parts
              .leg(session, close.circuit())
              .ifPresent(leg -> leg.ended(close.code(), close.reason()));
    }
  }

  @Override
  public void writable(Peer peer) {
    parts().sessions().of(peer).ifPresent(session -> session.outlet().writable());
  }

  @Override
  public void disconnected(Peer peer, DisconnectReason reason) {
    Running parts = parts();
    parts
        .sessions()
        .remove(peer)
        .ifPresent(
            session -> {
              session.over(reason);
              parts.service().gone(session);
              parts.reachability().gone(session);
            });
  }

  @Override
  public void stop() {
    Running parts = parts();
    parts.reachability().stop();
    parts.service().stop();
    parts.ends().stop();
  }

  /** Any thread. */
  CompletionStage<List<Circuit>> circuits() {
    Running parts = running;
    if (parts == null) {
      return CompletableFuture.completedFuture(List.of());
    }
    return CompletableFuture.supplyAsync(
        () -> {
          List<Circuit> all = new ArrayList<>(parts.service().snapshot());
          all.addAll(parts.ends().snapshot());
          return List.copyOf(all);
        },
        parts.context().loop());
  }

  /** Any thread. */
  List<PublicKey> reachableThrough() {
    Running parts = running;
    return parts == null ? List.of() : parts.reachability().relays();
  }

  private Running parts() {
    Running parts = running;
    if (parts == null) {
      throw new IllegalStateException("the protocol has not been started");
    }
    return parts;
  }

  private record Running(
      ProtocolContext context,
      RelayMetrics metrics,
      Sessions sessions,
      RelayService service,
      CircuitEnds ends,
      Reachability reachability,
      CircuitDialer dialer) {

    /** The circuit a message speaks of; one that is over already is counted. */
    Optional<Leg> leg(RelaySession session, int circuit) throws ProtocolViolation {
      Optional<Leg> leg = session.leg(circuit);
      if (leg.isEmpty()) {
        metrics.ignored("circuit is over");
      }
      return leg;
    }
  }
}
