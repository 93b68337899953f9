package io.kadlink.discovery.dns;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts what was not taken, by reason, and tells the debug log. */
final class Drops {
  private static final Logger log = LoggerFactory.getLogger(Drops.class);
  private static final int MAX_DETAIL = 200;

  private final Map<DnsFailure, Counter> counters = new EnumMap<>(DnsFailure.class);

  Drops(MeterRegistry registry) {
    for (DnsFailure failure : DnsFailure.values()) {
      counters.put(
          failure,
          Counter.builder("kadlink.discovery.dns.dropped")
              .description("parts of DNS node lists not taken")
              .tag("reason", failure.tag())
              .register(registry));
    }
  }

  void count(DnsFailure failure, String name, String detail) {
    Counter counter = counters.get(failure);
    if (counter != null) {
      counter.increment();
    }
    log.debug("DNS node list: {} at {}: {}", failure.tag(), name, printable(detail));
  }

  /** Servers' words may hold anything. */
  static String printable(String text) {
    String shortened = text.length() > MAX_DETAIL ? text.substring(0, MAX_DETAIL) + "..." : text;
    return shortened.replaceAll("[^ -~]", "?");
  }
}
