package io.kadlink.server;

import io.kadlink.server.admission.Rule;
import io.kadlink.server.membership.Verdict;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/** What membership counts. Thread-safe. */
final class MembershipMetrics {
  private final MeterRegistry registry;

  MembershipMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  /**
   * @param source {@code verified}, {@code known} without verifying anything, or {@code busy}
   */
  void checked(Verdict verdict, String source) {
    String label =
        switch (verdict) {
          case Verdict.Member member -> "member";
          case Verdict.Stranger stranger -> label(stranger.refusal().rule());
        };
    registry.counter("kadlink.membership.checks", "verdict", label, "source", source).increment();
  }

  /** A session was ended because its certificates came to an end. */
  void ended(Rule rule) {
    registry.counter("kadlink.membership.ended", "reason", label(rule)).increment();
  }

  /** Seconds until an operator has to have renewed something; NaN when there is no such thing. */
  void watch(
      Supplier<Optional<Instant>> own, Supplier<Optional<Instant>> list, InstantSource clock) {
    seconds("certificate", own, clock);
    seconds("revocation_list", list, clock);
  }

  private void seconds(String what, Supplier<Optional<Instant>> until, InstantSource clock) {
    Gauge.builder(
            "kadlink.membership.valid",
            () ->
                until
                    .get()
                    .map(at -> (double) Duration.between(clock.instant(), at).toSeconds())
                    .orElse(Double.NaN))
        .description("Time left of this node's certificate, and of the first list to be renewed")
        .baseUnit("seconds")
        .tag("what", what)
        .strongReference(true)
        .register(registry);
  }

  private static String label(Rule rule) {
    return rule.name().toLowerCase(Locale.ROOT);
  }
}
