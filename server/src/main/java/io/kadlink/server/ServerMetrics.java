package io.kadlink.server;

import io.kadlink.rlpx.wire.Capability;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.server.admission.PeerLimits;
import io.kadlink.server.admission.Rule;
import io.kadlink.server.reputation.Behaviour;
import io.kadlink.server.store.StateFile;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
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
    gauge("kadlink.denied", "Entries of the deny list, bans included", Tags.empty(), count);
  }

  void watchFile(StateFile file) {
    gauge(
        "kadlink.state.unwritten",
        "1 while a state file can't be written, and its changes are in memory alone",
        Tags.of("file", file.name()),
        () -> file.failing() ? 1 : 0);
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
    gauge("kadlink.peers", "Sessions at this moment", Tags.of("direction", "dialed"), dialed);
    gauge("kadlink.peers", "Sessions at this moment", Tags.of("direction", "accepted"), accepted);
  }

  void watchDials(IntSupplier running) {
    gauge("kadlink.dialing", "Dials under way", Tags.empty(), running);
  }

  void limits(PeerLimits limits) {
    String what = "Slots for peers, static and trusted ones aside";
    gauge("kadlink.peers.limit", what, Tags.of("direction", "dialed"), limits::dialed);
    gauge("kadlink.peers.limit", what, Tags.of("direction", "accepted"), limits::accepted);
  }

  private void gauge(String name, String what, Tags tags, IntSupplier count) {
    Gauge.builder(name, count, IntSupplier::getAsInt)
        .description(what)
        .tags(tags)
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

  Traffic traffic(Protocol protocol) {
    String capability = protocol.capability().toString();
    List<Volume> in = new ArrayList<>();
    List<Volume> out = new ArrayList<>();
    for (int code = 0; code < protocol.messageCount(); code++) {
      in.add(volume(capability, protocol.messageName(code), "in"));
      out.add(volume(capability, protocol.messageName(code), "out"));
    }
    return new Traffic(
        List.copyOf(in),
        List.copyOf(out),
        registry.counter("kadlink.messages.dropped", "protocol", capability),
        registry.counter("kadlink.reads.paused", "protocol", capability));
  }

  private Volume volume(String capability, String message, String direction) {
    Tags tags = Tags.of("protocol", capability, "message", message, "direction", direction);
    return new Volume(
        registry.counter("kadlink.messages", tags), registry.counter("kadlink.bytes", tags));
  }

  private static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /** One kind of message in one direction; bytes are those of payloads before compression. */
  private record Volume(Counter messages, Counter bytes) {
    void add(int size) {
      messages.increment();
      bytes.increment(size);
    }
  }

  /**
   * One protocol's messages, by code.
   *
   * @param pauses how often it was too slow, and its peer was not read from
   */
  record Traffic(List<Volume> in, List<Volume> out, Counter droppedOut, Counter pauses) {

    void received(int code, int bytes) {
      in.get(code).add(bytes);
    }

    void sent(int code, int bytes) {
      out.get(code).add(bytes);
    }
  }
}
