package io.kadlink.server;

import io.kadlink.rlpx.wire.Capability;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.server.admission.Rule;
import io.kadlink.server.reputation.Behaviour;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.function.IntSupplier;

/** What the server counts. Thread-safe. */
final class ServerMetrics {
  private final MeterRegistry registry;
  private final Counter bans;

  ServerMetrics(MeterRegistry registry) {
    this.registry = registry;
    this.bans = registry.counter("kadlink.bans");
  }

  void watchDenied(IntSupplier count) {
    Gauge.builder("kadlink.denied", count, IntSupplier::getAsInt)
        .description("Entries of the deny list, bans included")
        .strongReference(true)
        .register(registry);
  }

  void reported(Behaviour behaviour) {
    registry.counter("kadlink.reports", "behaviour", name(behaviour)).increment();
  }

  void banned() {
    bans.increment();
  }

  void evicted(String why) {
    registry.counter("kadlink.evictions", "reason", why).increment();
  }

  void watchPeers(IntSupplier dialed, IntSupplier accepted) {
    gauge("dialed", dialed);
    gauge("accepted", accepted);
  }

  private void gauge(String direction, IntSupplier count) {
    Gauge.builder("kadlink.peers", count, IntSupplier::getAsInt)
        .description("Sessions at this moment")
        .tag("direction", direction)
        .strongReference(true)
        .register(registry);
  }

  /**
   * @param outcome {@code connected}, or at which step it failed
   */
  void dial(String outcome) {
    registry.counter("kadlink.dials", "outcome", outcome).increment();
  }

  void refused(Rule rule, boolean inbound) {
    registry
        .counter(
            "kadlink.refusals", "reason", name(rule), "direction", inbound ? "accepted" : "dialed")
        .increment();
  }

  void disconnected(DisconnectReason reason, boolean byRemote) {
    registry
        .counter(
            "kadlink.disconnects", "reason", name(reason), "side", byRemote ? "remote" : "local")
        .increment();
  }

  /** A protocol threw something that is no {@code ProtocolViolation}. */
  void protocolFailed(Capability capability) {
    registry.counter("kadlink.protocol.failures", "protocol", capability.toString()).increment();
  }

  /** A peer broke a protocol's rules. */
  void violated(Capability capability) {
    registry.counter("kadlink.protocol.violations", "protocol", capability.toString()).increment();
  }

  Traffic traffic(Capability capability) {
    return new Traffic(
        counter("messages", capability, "in"),
        counter("bytes", capability, "in"),
        counter("messages", capability, "out"),
        counter("bytes", capability, "out"),
        registry.counter("kadlink.messages.dropped", "protocol", capability.toString()),
        registry.counter("kadlink.reads.paused", "protocol", capability.toString()));
  }

  private Counter counter(String what, Capability capability, String direction) {
    return registry.counter(
        "kadlink." + what, "protocol", capability.toString(), "direction", direction);
  }

  private static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /**
   * One protocol's messages; bytes are those of payloads before compression.
   *
   * @param pauses how often it was too slow, and its peer was not read from
   */
  record Traffic(
      Counter messagesIn,
      Counter bytesIn,
      Counter messagesOut,
      Counter bytesOut,
      Counter droppedOut,
      Counter pauses) {

    void received(int bytes) {
      messagesIn.increment();
      bytesIn.increment(bytes);
    }

    void sent(int bytes) {
      messagesOut.increment();
      bytesOut.increment(bytes);
    }
  }
}
