package io.kadlink.protocols.eth.pool;

import io.kadlink.protocols.eth.chain.TransactionPool.Verdict;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;

/** Counts what becomes of transactions, under {@code kadlink.chain.transactions} and below. */
final class PoolMetrics {
  private static final String TRANSACTIONS = "kadlink.chain.transactions";
  private static final String RESULT = "result";

  private final MeterRegistry registry;
  private final Counter accepted;
  private final Counter known;
  private final Counter refused;
  private final Counter invalid;

  PoolMetrics(MeterRegistry registry) {
    this.registry = registry;
    accepted = registry.counter(TRANSACTIONS, RESULT, "accepted");
    known = registry.counter(TRANSACTIONS, RESULT, "known");
    refused = registry.counter(TRANSACTIONS, RESULT, "refused");
    invalid = registry.counter(TRANSACTIONS, RESULT, "invalid");
  }

  void count(Verdict verdict) {
    switch (verdict) {
      case Verdict.Accepted taken -> accepted.increment();
      case Verdict.Known again -> known.increment();
      case Verdict.Refused refusal -> (refusal.peerAtFault() ? invalid : refused).increment();
    }
  }

  void count(Refusal refusal) {
    registry
        .counter("kadlink.chain.pool.refused", "cause", lowerCase(refusal.cause().name()))
        .increment();
  }

  void count(DropReason reason) {
    registry.counter("kadlink.chain.pool.dropped", "reason", lowerCase(reason.name())).increment();
  }

  private static String lowerCase(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
