package io.kadlink.discovery.v4;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetSocketAddress;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts packets: sent and received by type, dropped by reason. What is dropped is told in the
 * debug log as well.
 */
public final class Traffic {
  private static final Logger log = LoggerFactory.getLogger(Traffic.class);

  private static final int TYPES = 6;

  private final Map<DropReason, Counter> dropped = new EnumMap<>(DropReason.class);
  private final Counter[] sent = new Counter[TYPES];
  private final Counter[] received = new Counter[TYPES];

  /** Registers its counters, {@code kadlink.discovery.v4.*}, all at zero. */
  public Traffic(MeterRegistry registry) {
    for (DropReason reason : DropReason.values()) {
      dropped.put(
          reason,
          Counter.builder("kadlink.discovery.v4.dropped")
              .description("discv4 packets dropped")
              .tag("reason", reason.tag())
              .register(registry));
    }
    List<String> types =
        List.of("ping", "pong", "findnode", "neighbors", "enrrequest", "enrresponse");
    for (int i = 0; i < TYPES; i++) {
      sent[i] = registry.counter("kadlink.discovery.v4.sent", "type", types.get(i));
      received[i] = registry.counter("kadlink.discovery.v4.received", "type", types.get(i));
    }
  }

  void sent(Packet packet) {
    sent[packet.type() - 1].increment();
  }

  /** A packet with a good signature. */
  void received(Packet packet) {
    received[packet.type() - 1].increment();
  }

  void drop(DropReason reason, InetSocketAddress from, String detail) {
    Counter counter = dropped.get(reason);
    if (counter != null) {
      counter.increment();
    }
    log.debug("dropped discv4 packet from {}: {}, {}", from, reason, detail);
  }
}
