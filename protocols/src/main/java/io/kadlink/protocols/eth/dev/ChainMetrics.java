package io.kadlink.protocols.eth.dev;

import io.kadlink.protocols.eth.chain.ImportResult;
import io.kadlink.protocols.eth.chain.TransactionPool.Verdict;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** Counts what becomes of blocks and transactions, all under {@code kadlink.chain}. */
final class ChainMetrics {
  private static final String BLOCKS = "kadlink.chain.blocks";
  private static final String TRANSACTIONS = "kadlink.chain.transactions";
  private static final String RESULT = "result";

  private final Counter checked;
  private final Counter unchecked;
  private final Counter knownBlocks;
  private final Counter orphans;
  private final Counter invalidBlocks;
  private final Counter accepted;
  private final Counter knownTransactions;
  private final Counter refused;
  private final Counter invalidTransactions;

  ChainMetrics(MeterRegistry registry) {
    checked = registry.counter(BLOCKS, RESULT, "checked");
    unchecked = registry.counter(BLOCKS, RESULT, "unchecked");
    knownBlocks = registry.counter(BLOCKS, RESULT, "known");
    orphans = registry.counter(BLOCKS, RESULT, "unknown_parent");
    invalidBlocks = registry.counter(BLOCKS, RESULT, "invalid");
    accepted = registry.counter(TRANSACTIONS, RESULT, "accepted");
    knownTransactions = registry.counter(TRANSACTIONS, RESULT, "known");
    refused = registry.counter(TRANSACTIONS, RESULT, "refused");
    invalidTransactions = registry.counter(TRANSACTIONS, RESULT, "invalid");
  }

  void count(ImportResult result) {
    switch (result) {
      case ImportResult.Imported imported ->
          (imported.stateChecked() ? checked : unchecked).increment();
      case ImportResult.Known known -> knownBlocks.increment();
      case ImportResult.UnknownParent unknown -> orphans.increment();
      case ImportResult.Invalid invalid -> invalidBlocks.increment();
    }
  }

  void count(Verdict verdict) {
    switch (verdict) {
      case Verdict.Accepted taken -> accepted.increment();
      case Verdict.Known known -> knownTransactions.increment();
      case Verdict.Refused refusal ->
          (refusal.peerAtFault() ? invalidTransactions : refused).increment();
    }
  }
}
