package io.kadlink.protocols.relay;

import io.kadlink.discovery.Node;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.PublicKey;
import io.kadlink.protocols.relay.wire.AnnouncedRelay;
import io.kadlink.server.Detour;
import io.kadlink.server.Peer;
import io.kadlink.server.ProtocolContext;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reaches a node through the relays its record announces, one after the other, each over the
 * session this node has with it or a new one. A record may be older than the truth, so a relay that
 * says no is no surprise: the next one is asked, and a failure names each and what it said.
 */
final class CircuitDialer implements Detour {
  /** From a relay's session being up until this protocol hears of it. */
  static final Duration SESSION_PATIENCE = Duration.ofSeconds(5);

  private static final Logger log = LoggerFactory.getLogger(CircuitDialer.class);

  private final RelayProtocol protocol;
  private final ProtocolContext context;
  private final PublicKey self;
  private final Sessions sessions;
  private final CircuitEnds ends;
  private final Map<NodeId, CompletionStage<Peer>> opening = new HashMap<>();
  private final Map<NodeId, CompletableFuture<RelaySession>> expecting = new HashMap<>();

  CircuitDialer(
      RelayProtocol protocol, ProtocolContext context, Sessions sessions, CircuitEnds ends) {
    this.protocol = protocol;
    this.context = context;
    this.self = context.signer().publicKey();
    this.sessions = sessions;
    this.ends = ends;
  }

  @Override
  public boolean offers(Node node) {
    return !relaysOf(node).isEmpty();
  }

  @Override
  public CompletionStage<Peer> open(Node node) {
    CompletableFuture<Peer> result = new CompletableFuture<>();
    context.loop().execute(() -> begin(node, result));
    return result;
  }

  /** A session is up: whoever waits for it goes on. */
  void connected(RelaySession session) {
    CompletableFuture<RelaySession> waiting = expecting.remove(session.id());
    if (waiting != null) {
      waiting.complete(session);
    }
  }

  /** One attempt per target at a time; who comes second shares its outcome. */
  private void begin(Node node, CompletableFuture<Peer> result) {
    CompletionStage<Peer> running = opening.get(node.id());
    if (running == null) {
      Attempt attempt = new Attempt(node.publicKey(), relaysOf(node));
      running = attempt.outcome;
      opening.put(node.id(), running);
      running.whenComplete((peer, error) -> opening.remove(node.id()));
      attempt.next();
    }
    running.whenComplete(
        (peer, error) -> {
          if (error == null) {
            result.complete(peer);
          } else {
            result.completeExceptionally(error);
          }
        });
  }

  /** A node out in the world does not make us dial into our own machine or network. */
  private List<AnnouncedRelay> relaysOf(Node node) {
    AddressScope teller = AddressScope.of(node.udp().getAddress());
    return node.record().map(AnnouncedRelay::of).orElse(List.of()).stream()
        .filter(relay -> !relay.publicKey().equals(self))
        .filter(relay -> !relay.publicKey().equals(node.publicKey()))
        .filter(relay -> AddressScope.of(relay.endpoint().getAddress()).meaningfulFrom(teller))
        .toList();
  }

  /** The session with {@code relay}, made when there is none. */
  private CompletionStage<RelaySession> sessionWith(AnnouncedRelay relay) {
    Optional<RelaySession> there = sessions.get(relay.id());
    if (there.isPresent()) {
      return CompletableFuture.completedFuture(there.get());
    }
    return context
        .peer(relay.id())
        .<CompletionStage<Peer>>map(CompletableFuture::completedFuture)
        .orElseGet(() -> context.connect(relay.node()))
        .thenComposeAsync(
            peer ->
                peer.capabilities().contains(protocol.capability())
                    ? expect(relay.id())
                    : CompletableFuture.failedFuture(
                        new CircuitException("does not speak " + protocol.capability())),
            context.loop());
  }

  /** The server's word that a session is up may come here before the protocol's callback. */
  private CompletionStage<RelaySession> expect(NodeId relay) {
    Optional<RelaySession> there = sessions.get(relay);
    if (there.isPresent()) {
      return CompletableFuture.completedFuture(there.get());
    }
    return expecting.computeIfAbsent(
        relay,
        id -> {
          CompletableFuture<RelaySession> waiting = new CompletableFuture<>();
          context.loop().schedule(SESSION_PATIENCE, () -> giveUp(id, waiting));
          return waiting;
        });
  }

  private void giveUp(NodeId relay, CompletableFuture<RelaySession> waiting) {
    if (waiting.completeExceptionally(new CircuitException("its session is gone"))) {
      expecting.remove(relay);
    }
  }

  /** One target, its relays in the order announced. */
  private final class Attempt {
    private final PublicKey target;
    private final ArrayDeque<AnnouncedRelay> left;
    private final List<String> tried = new ArrayList<>();
    private final CompletableFuture<Peer> outcome = new CompletableFuture<>();

    Attempt(PublicKey target, List<AnnouncedRelay> relays) {
      this.target = target;
      this.left = new ArrayDeque<>(relays);
    }

    void next() {
      AnnouncedRelay relay = left.poll();
      if (relay == null) {
        outcome.completeExceptionally(
            new CircuitException(
                tried.isEmpty()
                    ? "%s announces no relay to reach it by".formatted(target.id().shortForm())
                    : "%s can't be reached through its relays: %s"
                        .formatted(target.id().shortForm(), String.join("; ", tried))));
        return;
      }
      sessionWith(relay)
          .thenCompose(this::circuit)
          .thenCompose(end -> ends.run(end, Optional.of(target)))
          .whenCompleteAsync((peer, error) -> settle(relay, peer, error), context.loop());
    }

    private CompletionStage<CircuitEnd> circuit(RelaySession session) {
      return session.relayed()
          ? CompletableFuture.failedFuture(
              new CircuitException("our session with it is relayed itself"))
          : ends.ask(session, target);
    }

    private void settle(AnnouncedRelay relay, Peer peer, Throwable error) {
      if (error == null) {
        outcome.complete(peer);
        return;
      }
      // It may have called us meanwhile, and the server settled on that session.
      Optional<Peer> other = context.peer(target.id());
      if (other.isPresent()) {
        outcome.complete(other.get());
        return;
      }
      String why =
          "%s at %s:%d: %s"
              .formatted(
                  relay.id().shortForm(),
                  relay.endpoint().getAddress().getHostAddress(),
                  relay.endpoint().getPort(),
                  Failures.message(error));
      log.debug("relay: no circuit to {}: {}", target.id().shortForm(), why);
      tried.add(why);
      next();
    }
  }
}
