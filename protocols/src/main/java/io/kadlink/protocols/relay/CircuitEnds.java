package io.kadlink.protocols.relay;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.PublicKey;
import io.kadlink.protocols.relay.wire.CloseCode;
import io.kadlink.protocols.relay.wire.RelayMessage.Hop;
import io.kadlink.protocols.relay.wire.RelayMessage.Limits;
import io.kadlink.protocols.relay.wire.RelayMessage.Status;
import io.kadlink.protocols.relay.wire.RelayMessage.Stop;
import io.kadlink.protocols.relay.wire.StatusCode;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.ProtocolViolation;
import io.kadlink.server.Peer;
import io.kadlink.server.ProtocolContext;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The circuits that end at this node: those it asks for, and those it is called through. Each is
 * handed to the server as a stream to run an ordinary session over. Confined to the loop.
 */
final class CircuitEnds {
  /** How long a relay may take to answer HOP: it gives its target 5 seconds itself. */
  static final Duration RELAY_PATIENCE = RelayService.TARGET_PATIENCE.plus(Duration.ofSeconds(2));

  private static final Logger log = LoggerFactory.getLogger(CircuitEnds.class);

  private final RelayOptions options;
  private final ProtocolContext context;
  private final InstantSource clock;
  private final PublicKey self;
  private final Predicate<RelaySession> reservedWith;
  private final RelayMetrics metrics;
  private final Set<CircuitEnd> ends = new LinkedHashSet<>();
  private final Map<CircuitEnd, Asked> asked = new HashMap<>();
  private int incoming;
  private boolean stopping;

  /**
   * @param reservedWith whether this node asked that relay to take circuits for it
   */
  CircuitEnds(
      RelayOptions options,
      ProtocolContext context,
      Predicate<RelaySession> reservedWith,
      RelayMetrics metrics) {
    this.options = options;
    this.context = context;
    this.clock = context.steadyClock();
    this.self = context.signer().publicKey();
    this.reservedWith = reservedWith;
    this.metrics = metrics;
  }

  /**
   * Asks {@code relay} for a circuit to {@code target}; fails with {@link CircuitException} saying
   * what the relay said.
   */
  CompletionStage<CircuitEnd> ask(RelaySession relay, PublicKey target) {
    CompletableFuture<CircuitEnd> answer = new CompletableFuture<>();
    CircuitEnd end =
        new CircuitEnd(
            Circuit.Role.INITIATOR, relay.peer().publicKey(), target, this, context.loop());
    Leg leg;
    try {
      leg = relay.ask(end);
    } catch (CircuitException e) {
      answer.completeExceptionally(e);
      return answer;
    }
    end.attach(leg);
    Loop.Timer timer =
        context
            .loop()
            .schedule(
                RELAY_PATIENCE,
                () -> end.cancel("no answer in %d s".formatted(RELAY_PATIENCE.toSeconds())));
    asked.put(end, new Asked(answer, timer));
    ends.add(end);
    relay.say(new Hop(leg.id(), target));
    return answer;
  }

  /** A relay says that someone wants a circuit to this node. */
  void stop(RelaySession relay, Stop stop) throws ProtocolViolation {
    CircuitEnd end =
        new CircuitEnd(
            Circuit.Role.TARGET, relay.peer().publicKey(), stop.initiator(), this, context.loop());
    Optional<StatusCode> refusal = whyNot(relay, stop.initiator());
    if (refusal.isPresent()) {
      metrics.refused("stop", refusal.get());
      log.debug(
          "relay: circuit {} -> us through {} refused: {}",
          stop.initiator().id().shortForm(),
          relay.id().shortForm(),
          refusal.get());
      relay.asked(stop.circuit(), Unheard.INSTANCE).refuse(refusal.get(), "");
      return;
    }
    Leg leg = relay.asked(stop.circuit(), end);
    end.attach(leg);
    leg.open(Limits.NONE);
    ends.add(end);
    incoming++;
    open(end, stop.limits());
    run(end, Optional.empty());
  }

  /** Runs a session over an open circuit; the server takes it from here. */
  CompletionStage<Peer> run(CircuitEnd end, Optional<PublicKey> expected) {
    return context
        .adopt(end, expected, end.relay())
        .whenComplete(
            (peer, error) -> {
              if (error != null) {
                end.close("no session came of it: " + Failures.message(error));
              } else if (!peer.publicKey().equals(end.remote())) {
                // The relay named one node and brought another.
                end.close("%s is not who was announced".formatted(peer.id().shortForm()));
                peer.disconnect(DisconnectReason.UNEXPECTED_IDENTITY);
              }
            });
  }

  /** No new circuits; sessions over the old ones say their own goodbye. */
  void stop() {
    stopping = true;
    for (CircuitEnd end : List.copyOf(asked.keySet())) {
      end.cancel("this node is stopping");
    }
  }

  List<Circuit> snapshot() {
    Instant now = clock.instant();
    return ends.stream().filter(CircuitEnd::isOpen).map(end -> end.snapshot(now)).toList();
  }

  // For CircuitEnd.

  NodeId self() {
    return self.id();
  }

  void answered(CircuitEnd end, Status status) {
    Asked request = asked.remove(end);
    if (request == null) {
      return;
    }
    request.timer().cancel();
    if (status.code() == StatusCode.OK) {
      open(end, status.limits());
      request.answer().complete(end);
    } else {
      metrics.refusedBy("hop", status.code());
      String text = status.code().toString();
      String why = status.reason().isEmpty() ? text : text + ": " + status.reason();
      end.over(CloseCode.CANCELLED, why);
      request.answer().completeExceptionally(new CircuitException(why));
    }
  }

  void over(CircuitEnd end, boolean wasOpen, CloseCode code, String reason) {
    if (!ends.remove(end)) {
      return;
    }
    if (end.role() == Circuit.Role.TARGET) {
      incoming--;
    }
    Asked request = asked.remove(end);
    if (request != null) {
      request.timer().cancel();
      request.answer().completeExceptionally(new CircuitException(reason));
    }
    metrics.endCircuits(ends.size());
    if (wasOpen) {
      metrics.ended("end", code);
      log.info("relay: circuit with {} ended: {}", end.remote().id().shortForm(), reason);
    }
  }

  private void open(CircuitEnd end, Limits limits) {
    end.opened(clock.instant(), limits);
    metrics.endCircuits(ends.size());
    log.info(
        "relay: circuit {} {} through {} is open",
        end.role() == Circuit.Role.TARGET ? "from" : "to",
        end.remote().id().shortForm(),
        end.relay().id().shortForm());
  }

  private Optional<StatusCode> whyNot(RelaySession relay, PublicKey initiator) {
    if (stopping) {
      return Optional.of(StatusCode.STOPPING);
    }
    if (!options.reachable() || !reservedWith.test(relay)) {
      return Optional.of(StatusCode.NO_RESERVATION);
    }
    if (relay.relayed()) {
      return Optional.of(StatusCode.RELAYED_SESSION);
    }
    if (initiator.equals(self) || initiator.equals(relay.peer().publicKey())) {
      return Optional.of(StatusCode.BAD_TARGET);
    }
    if (incoming >= options.maxIncomingCircuits()) {
      return Optional.of(StatusCode.CIRCUIT_LIMIT);
    }
    return Optional.empty();
  }

  /** A HOP without an answer yet. */
  private record Asked(CompletableFuture<CircuitEnd> answer, Loop.Timer timer) {}
}
