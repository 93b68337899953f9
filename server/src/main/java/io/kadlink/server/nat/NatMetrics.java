package io.kadlink.server.nat;

import io.kadlink.server.nat.wire.BadAnswerException;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the search for an endpoint counts. */
final class NatMetrics {
  private static final Logger log = LoggerFactory.getLogger(NatMetrics.class);

  /** Why something that came in was passed over. */
  enum Drop {
    /** From another address than the one asked. */
    STRANGER,
    /** Not what a codec can read. */
    UNREADABLE,
    /** Another nonce, another transaction, another port: an answer to something else. */
    NOT_ASKED
  }

  /** How a question ended. */
  enum Outcome {
    ANSWERED,
    GRANTED,
    REFUSED,
    SILENT
  }

  private final MeterRegistry registry;

  NatMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  /**
   * A question was asked and ended so.
   *
   * @param protocol label of a {@link MappingProtocol}, or {@code stun}
   */
  void asked(String protocol, Outcome outcome) {
    registry
        .counter("kadlink.nat.requests", "protocol", protocol, "outcome", name(outcome))
        .increment();
  }

  /** The advertised endpoint is another one than before, or there is none any more. */
  void changed() {
    registry.counter("kadlink.nat.changes").increment();
  }

  void watchFound(String name, IntSupplier found) {
    Gauge.builder(name, found, IntSupplier::getAsInt)
        .description("1 while the external endpoint is known, or passes the router's firewall")
        .strongReference(true)
        .register(registry);
  }

  void dropped(Drop reason) {
    registry.counter("kadlink.nat.dropped", "reason", name(reason)).increment();
  }

  void unreadable(InetSocketAddress from, BadAnswerException why) {
    dropped(Drop.UNREADABLE);
    log.debug("passed over what {} sent: {}", from, why.getMessage());
  }

  private static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
