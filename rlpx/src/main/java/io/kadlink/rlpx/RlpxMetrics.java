package io.kadlink.rlpx;

import io.kadlink.rlpx.wire.DisconnectReason;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/** What RLPx counts. Every tag value comes out of a fixed set. */
final class RlpxMetrics {
  private final MeterRegistry registry;
  private final AtomicInteger sessions = new AtomicInteger();
  private final AtomicInteger unauthenticated = new AtomicInteger();
  private final Counter framesIn;
  private final Counter framesOut;
  private final Counter bytesIn;
  private final Counter bytesOut;
  private final Timer roundTrip;

  RlpxMetrics(MeterRegistry registry) {
    this.registry = registry;
    registry.gauge("kadlink.rlpx.sessions", sessions);
    registry.gauge("kadlink.rlpx.unauthenticated", unauthenticated);
    framesIn = registry.counter("kadlink.rlpx.frames", "direction", "in");
    framesOut = registry.counter("kadlink.rlpx.frames", "direction", "out");
    bytesIn = registry.counter("kadlink.rlpx.bytes", "direction", "in");
    bytesOut = registry.counter("kadlink.rlpx.bytes", "direction", "out");
    roundTrip = registry.timer("kadlink.rlpx.roundtrip");
  }

  /** Bytes that wait to be sent, of all connections. */
  void watchPending(LongSupplier bytes) {
    Gauge.builder("kadlink.rlpx.pending.bytes", bytes, LongSupplier::getAsLong)
        .strongReference(true)
        .register(registry);
  }

  AtomicInteger sessions() {
    return sessions;
  }

  /** Accepted connections that have not said Hello. */
  AtomicInteger unauthenticated() {
    return unauthenticated;
  }

  Counter framesIn() {
    return framesIn;
  }

  Counter framesOut() {
    return framesOut;
  }

  Counter bytesIn() {
    return bytesIn;
  }

  Counter bytesOut() {
    return bytesOut;
  }

  Timer roundTrip() {
    return roundTrip;
  }

  /** A connection came to be. */
  void connected(boolean inbound) {
    registry.counter("kadlink.rlpx.connected", "direction", direction(inbound)).increment();
  }

  /** A connection did not come to be. */
  void failed(boolean inbound, RlpxException.Step step, String why) {
    registry
        .counter(
            "kadlink.rlpx.failed",
            "direction",
            direction(inbound),
            "step",
            label(step),
            "reason",
            why)
        .increment();
  }

  /** A session is over. */
  void ended(DisconnectReason reason, boolean byRemote, String rule) {
    registry
        .counter(
            "kadlink.rlpx.ended",
            "reason",
            label(reason),
            "by",
            byRemote ? "remote" : "us",
            "rule",
            rule)
        .increment();
  }

  /** Something was thrown away. */
  void dropped(String what) {
    registry.counter("kadlink.rlpx.dropped", "reason", what).increment();
  }

  /** An enum constant as a tag value. */
  static String label(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static String direction(boolean inbound) {
    return inbound ? "in" : "out";
  }
}
