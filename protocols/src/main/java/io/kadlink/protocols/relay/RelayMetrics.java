package io.kadlink.protocols.relay;

import io.kadlink.protocols.relay.wire.CloseCode;
import io.kadlink.protocols.relay.wire.StatusCode;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/** What relay/1 counts. Gauges are read from any thread, written on the loop. */
final class RelayMetrics {
  private static final String PREFIX = "kadlink.relay.";

  private final MeterRegistry registry;
  private final Counter relayedBytes;
  private final AtomicInteger relayed = new AtomicInteger();
  private final AtomicInteger ends = new AtomicInteger();
  private final AtomicInteger reservations = new AtomicInteger();
  private final AtomicInteger relays = new AtomicInteger();

  RelayMetrics(MeterRegistry registry) {
    this.registry = registry;
    this.relayedBytes =
        Counter.builder(PREFIX + "bytes")
            .description("bytes relayed for others")
            .baseUnit("bytes")
            .register(registry);
    gauge("circuits", relayed, "circuits", "circuits relayed for others", "role", "relay");
    gauge("circuits", ends, "circuits", "circuits this node is an end of", "role", "end");
    gauge("reservations", reservations, "peers", "peers this relay takes circuits for");
    gauge("reachable.through", relays, "relays", "relays that take circuits for this node");
  }

  void relayedBytes(int bytes) {
    relayedBytes.increment(bytes);
  }

  void relayedCircuits(int now) {
    relayed.set(now);
  }

  void endCircuits(int now) {
    ends.set(now);
  }

  void reservations(int now) {
    reservations.set(now);
  }

  void reachableThrough(int now) {
    relays.set(now);
  }

  /** We said no: {@code what} is hop, stop or reserve. */
  void refused(String what, StatusCode code) {
    registry.counter(PREFIX + "refused", "request", what, "reason", tag(code)).increment();
  }

  /** A relay said no to us. */
  void refusedBy(String what, StatusCode code) {
    registry.counter(PREFIX + "refused.by", "request", what, "reason", tag(code)).increment();
  }

  void ended(String role, CloseCode code) {
    registry.counter(PREFIX + "ended", "role", role, "reason", tag(code)).increment();
  }

  /** A message that came too late to mean anything, or means nothing here. */
  void ignored(String why) {
    registry.counter(PREFIX + "ignored", "reason", why).increment();
  }

  void violation() {
    registry.counter(PREFIX + "violations").increment();
  }

  private void gauge(String name, AtomicInteger value, String unit, String what, String... tags) {
    Gauge.builder(PREFIX + name, value, AtomicInteger::get)
        .description(what)
        .baseUnit(unit)
        .tags(tags)
        .register(registry);
  }

  private static String tag(Enum<?> code) {
    return code.name().toLowerCase(Locale.ROOT);
  }
}
