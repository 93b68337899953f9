package io.kadlink.protocols.pubsub;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts what the router does, all under {@code kadlink.pubsub}. */
final class PubSubMetrics {
  final Counter received;
  final Counter duplicates;
  final Counter delivered;
  final Counter forwarded;
  final Counter published;

  /** Messages that arrived because we asked for their ids. */
  final Counter recovered;

  final Counter graftsSent;
  final Counter graftsReceived;
  final Counter graftsRefused;
  final Counter prunesSent;
  final Counter prunesReceived;
  final Counter idsAnnounced;
  final Counter idsRequested;
  final Counter idsServed;

  /** Snapshots for gauges, which are read from other threads. */
  final AtomicInteger peers = new AtomicInteger();

  final AtomicInteger meshLinks = new AtomicInteger();

  private final Map<DropReason, Counter> dropped = new EnumMap<>(DropReason.class);
  private final Map<Fault, Counter> faults = new EnumMap<>(Fault.class);

  PubSubMetrics(MeterRegistry registry) {
    received = registry.counter("kadlink.pubsub.received");
    duplicates = registry.counter("kadlink.pubsub.duplicates");
    delivered = registry.counter("kadlink.pubsub.delivered");
    forwarded = registry.counter("kadlink.pubsub.forwarded");
    published = registry.counter("kadlink.pubsub.published");
    recovered = registry.counter("kadlink.pubsub.recovered");
    graftsSent = registry.counter("kadlink.pubsub.grafts", "what", "sent");
    graftsReceived = registry.counter("kadlink.pubsub.grafts", "what", "received");
    graftsRefused = registry.counter("kadlink.pubsub.grafts", "what", "refused");
    prunesSent = registry.counter("kadlink.pubsub.prunes", "what", "sent");
    prunesReceived = registry.counter("kadlink.pubsub.prunes", "what", "received");
    idsAnnounced = registry.counter("kadlink.pubsub.ids", "what", "announced");
    idsRequested = registry.counter("kadlink.pubsub.ids", "what", "requested");
    idsServed = registry.counter("kadlink.pubsub.ids", "what", "served");
    for (DropReason reason : DropReason.values()) {
      dropped.put(reason, registry.counter("kadlink.pubsub.dropped", "reason", reason.tag()));
    }
    for (Fault fault : Fault.values()) {
      faults.put(fault, registry.counter("kadlink.pubsub.faults", "kind", fault.tag()));
    }
    registry.gauge("kadlink.pubsub.peers", peers);
    registry.gauge("kadlink.pubsub.mesh.links", meshLinks);
  }

  void drop(DropReason reason) {
    drop(reason, 1);
  }

  void drop(DropReason reason, int times) {
    if (times > 0) {
      of(dropped, reason).increment(times);
    }
  }

  void fault(Fault fault) {
    of(faults, fault).increment();
  }

  private static <K extends Enum<K>> Counter of(Map<K, Counter> counters, K key) {
    Counter counter = counters.get(key);
    if (counter == null) {
      throw new IllegalStateException("no counter for " + key);
    }
    return counter;
  }
}
