package io.kadlink.protocols.relay;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.PublicKey;
import io.kadlink.protocols.relay.wire.CloseCode;
import io.kadlink.protocols.relay.wire.RelayMessage;
import io.kadlink.protocols.relay.wire.RelayMessage.Hop;
import io.kadlink.protocols.relay.wire.RelayMessage.Limits;
import io.kadlink.protocols.relay.wire.RelayMessage.Status;
import io.kadlink.protocols.relay.wire.RelayMessage.Stop;
import io.kadlink.protocols.relay.wire.StatusCode;
import io.kadlink.rlpx.wire.ProtocolViolation;
import io.kadlink.server.ProtocolContext;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The relay's part: who may be called through this node, and the circuits it carries. Every request
 * is answered with a status. Confined to the loop.
 */
final class RelayService {
  /** How long a target may take to answer STOP. */
  static final Duration TARGET_PATIENCE = Duration.ofSeconds(5);

  private static final Duration RATE_PERIOD = Duration.ofMinutes(1);
  private static final Logger log = LoggerFactory.getLogger(RelayService.class);

  private final RelayOptions options;
  private final ProtocolContext context;
  private final InstantSource clock;
  private final PublicKey self;
  private final Sessions sessions;
  private final RelayMetrics metrics;
  private final Set<RelaySession> reserved = new HashSet<>();
  private final Set<RelayedCircuit> circuits = new LinkedHashSet<>();
  private final Map<RelaySession, Rate> rates = new HashMap<>();
  private boolean stopping;

  RelayService(
      RelayOptions options, ProtocolContext context, Sessions sessions, RelayMetrics metrics) {
    this.options = options;
    this.context = context;
    this.clock = context.steadyClock();
    this.self = context.signer().publicKey();
    this.sessions = sessions;
    this.metrics = metrics;
  }

  /** A peer asks for a slot, or gives it back. */
  void reserve(RelaySession from, boolean wanted) {
    if (!wanted) {
      if (reserved.remove(from)) {
        metrics.reservations(reserved.size());
        log.debug("relay: {} gives its reservation back", from.id().shortForm());
      }
      return;
    }
    Optional<Refusal> refusal = reserved.contains(from) ? Optional.empty() : whyNotReserve(from);
    if (refusal.isPresent()) {
      refused(from, "reserve", refusal.get());
      from.say(
          new Status(
              RelayMessage.NO_CIRCUIT, refusal.get().code(), refusal.get().reason(), Limits.NONE));
      return;
    }
    if (reserved.add(from)) {
      metrics.reservations(reserved.size());
      log.debug("relay: {} has a reservation here", from.id().shortForm());
    }
    from.say(new Status(RelayMessage.NO_CIRCUIT, StatusCode.OK, "", options.limits()));
  }

  /** A peer asks for a circuit. */
  void hop(RelaySession from, Hop hop) throws ProtocolViolation {
    NodeId target = hop.target().id();
    RelaySession to = sessions.get(target).orElse(null);
    Optional<Refusal> refusal = whyNotHop(from, hop.target(), Optional.ofNullable(to));
    if (refusal.isPresent() || to == null) {
      Leg asked = from.asked(hop.circuit(), Unheard.INSTANCE);
      refusal.ifPresent(
          no -> {
            refused(from, "hop", no);
            asked.refuse(no.code(), no.reason());
          });
      return;
    }
    RelayedCircuit circuit = new RelayedCircuit(this, from, to, options.limits());
    Leg initiatorLeg = from.asked(hop.circuit(), circuit);
    Leg targetLeg;
    try {
      targetLeg = to.ask(circuit);
    } catch (CircuitException e) {
      initiatorLeg.refuse(StatusCode.CIRCUIT_LIMIT, String.valueOf(e.getMessage()));
      return;
    }
    circuits.add(circuit);
    metrics.relayedCircuits(circuits.size());
    circuit.begin(initiatorLeg, targetLeg, TARGET_PATIENCE);
    to.say(new Stop(targetLeg.id(), from.peer().publicKey(), options.limits()));
  }

  /** The session is gone; its circuits end by themselves. */
  void gone(RelaySession session) {
    rates.remove(session);
    if (reserved.remove(session)) {
      metrics.reservations(reserved.size());
    }
  }

  /** No more circuits; those there are end. */
  void stop() {
    stopping = true;
    for (RelayedCircuit circuit : List.copyOf(circuits)) {
      circuit.end(CloseCode.STOPPING, "");
    }
  }

  List<Circuit> snapshot() {
    return circuits.stream().map(circuit -> circuit.snapshot(now())).toList();
  }

  int reservations() {
    return reserved.size();
  }

  // For RelayedCircuit.

  Loop loop() {
    return context.loop();
  }

  Instant now() {
    return clock.instant();
  }

  NodeId self() {
    return self.id();
  }

  RelayMetrics metrics() {
    return metrics;
  }

  void opened(RelayedCircuit circuit) {
    log.info(
        "relay: circuit {} -> {} is open",
        circuit.from().id().shortForm(),
        circuit.to().id().shortForm());
  }

  void over(RelayedCircuit circuit, boolean wasOpen, CloseCode code, String reason) {
    if (!circuits.remove(circuit)) {
      return;
    }
    metrics.relayedCircuits(circuits.size());
    String from = circuit.from().id().shortForm();
    String to = circuit.to().id().shortForm();
    if (wasOpen) {
      metrics.ended("relay", code);
      log.info(
          "relay: circuit {} -> {} ended after {} bytes: {} ({})",
          from,
          to,
          circuit.bytes(),
          code,
          reason);
    } else {
      log.debug("relay: circuit {} -> {} did not open: {}", from, to, reason);
    }
  }

  private Optional<Refusal> whyNotReserve(RelaySession from) {
    Optional<Refusal> general = whyNotServe(from);
    if (general.isPresent()) {
      return general;
    }
    if (reserved.size() >= options.maxReservations()) {
      return no(StatusCode.RESERVATION_LIMIT, "%d are given".formatted(options.maxReservations()));
    }
    return Optional.empty();
  }

  private Optional<Refusal> whyNotHop(
      RelaySession from, PublicKey target, Optional<RelaySession> to) {
    Optional<Refusal> general = whyNotServe(from);
    if (general.isPresent()) {
      return general;
    }
    if (target.equals(self)) {
      return no(StatusCode.BAD_TARGET, "the target is this relay");
    }
    if (target.equals(from.peer().publicKey())) {
      return no(StatusCode.BAD_TARGET, "the target is its initiator");
    }
    if (to.isEmpty()) {
      return no(StatusCode.NO_SESSION, "");
    }
    if (to.get().relayed()) {
      return no(StatusCode.RELAYED_SESSION, "the target's session is relayed");
    }
    if (!reserved.contains(to.get())) {
      return no(StatusCode.NO_RESERVATION, "");
    }
    if (circuits.size() >= options.maxCircuits()) {
      return no(StatusCode.CIRCUIT_LIMIT, "%d are open in all".formatted(options.maxCircuits()));
    }
    if (circuitsOf(from) >= options.maxCircuitsPerPeer()) {
      return no(
          StatusCode.CIRCUIT_LIMIT, "the initiator has %d".formatted(options.maxCircuitsPerPeer()));
    }
    if (circuitsOf(to.get()) >= options.maxCircuitsPerPeer()) {
      return no(
          StatusCode.CIRCUIT_LIMIT, "the target has %d".formatted(options.maxCircuitsPerPeer()));
    }
    return Optional.empty();
  }

  private Optional<Refusal> whyNotServe(RelaySession from) {
    if (!options.serve()) {
      return no(StatusCode.NOT_A_RELAY, "");
    }
    if (stopping) {
      return no(StatusCode.STOPPING, "");
    }
    if (from.relayed()) {
      return no(StatusCode.RELAYED_SESSION, "");
    }
    if (!rates.computeIfAbsent(from, s -> new Rate()).admits(now())) {
      return no(
          StatusCode.RATE_LIMIT, "%d a minute are heard".formatted(options.maxRequestsPerMinute()));
    }
    return Optional.empty();
  }

  private long circuitsOf(RelaySession session) {
    return circuits.stream().filter(circuit -> circuit.hasEnd(session)).count();
  }

  private void refused(RelaySession from, String what, Refusal refusal) {
    metrics.refused(what, refusal.code());
    log.debug(
        "relay: {} from {} refused: {} {}",
        what,
        from.id().shortForm(),
        refusal.code(),
        refusal.reason());
  }

  private static Optional<Refusal> no(StatusCode code, String reason) {
    return Optional.of(new Refusal(code, reason));
  }

  private record Refusal(StatusCode code, String reason) {}

  /** Requests heard from one session in the running period. */
  private final class Rate {
    private Instant since = Instant.MIN;
    private int heard;

    boolean admits(Instant now) {
      if (since.plus(RATE_PERIOD).isBefore(now)) {
        since = now;
        heard = 0;
      }
      heard++;
      return heard <= options.maxRequestsPerMinute();
    }
  }
}
