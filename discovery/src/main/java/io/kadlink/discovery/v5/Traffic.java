package io.kadlink.discovery.v5;

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

  /** Packets without a message that could be read come first, then messages by their type. */
  private static final List<String> TYPES =
      List.of(
          "whoareyou",
          "ping",
          "pong",
          "findnode",
          "nodes",
          "talkreq",
          "talkresp",
          "random",
          "handshake");

  private static final int WHOAREYOU = 0;
  private static final int RANDOM = 7;
  private static final int HANDSHAKE = 8;

  private final Map<DropReason, Counter> dropped = new EnumMap<>(DropReason.class);
  private final Counter[] sent = new Counter[TYPES.size()];
  private final Counter[] received = new Counter[TYPES.size()];

  /** Registers its counters, {@code kadlink.discovery.v5.*}, all at zero. */
  public Traffic(MeterRegistry registry) {
    for (DropReason reason : DropReason.values()) {
      dropped.put(
          reason,
          Counter.builder("kadlink.discovery.v5.dropped")
              .description("discv5 packets dropped")
              .tag("reason", reason.tag())
              .register(registry));
    }
    for (int i = 0; i < TYPES.size(); i++) {
      sent[i] = registry.counter("kadlink.discovery.v5.sent", "type", TYPES.get(i));
      received[i] = registry.counter("kadlink.discovery.v5.received", "type", TYPES.get(i));
    }
  }

  void sent(Message message) {
    sent[message.type()].increment();
  }

  void sentWhoAreYou() {
    sent[WHOAREYOU].increment();
  }

  /** A packet of random bytes, to be asked who we are. */
  void sentRandom() {
    sent[RANDOM].increment();
  }

  /** Its message counts as well. */
  void sentHandshake() {
    sent[HANDSHAKE].increment();
  }

  /** A message that was authenticated. */
  void received(Message message) {
    received[message.type()].increment();
  }

  void receivedWhoAreYou() {
    received[WHOAREYOU].increment();
  }

  /** An ordinary packet that no session could read. */
  void receivedRandom() {
    received[RANDOM].increment();
  }

  void receivedHandshake() {
    received[HANDSHAKE].increment();
  }

  void drop(DropReason reason, InetSocketAddress from, String detail) {
    Counter counter = dropped.get(reason);
    if (counter != null) {
      counter.increment();
    }
    log.debug("dropped discv5 packet from {}: {}, {}", from, reason, detail);
  }
}
