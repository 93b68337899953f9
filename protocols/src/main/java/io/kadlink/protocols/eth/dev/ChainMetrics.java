package io.kadlink.protocols.eth.dev;

import io.kadlink.protocols.eth.chain.ImportResult;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** Counts what becomes of blocks, under {@code kadlink.chain.blocks}. */
final class ChainMetrics {
  private static final String BLOCKS = "kadlink.chain.blocks";
  private static final String RESULT = "result";

  private final Counter checked;
  private final Counter unchecked;
  private final Counter knownBlocks;
  private final Counter orphans;
  private final Counter invalidBlocks;

  ChainMetrics(MeterRegistry registry) {
    checked = registry.counter(BLOCKS, RESULT, "checked");
    unchecked = registry.counter(BLOCKS, RESULT, "unchecked");
    knownBlocks = registry.counter(BLOCKS, RESULT, "known");
    orphans = registry.counter(BLOCKS, RESULT, "unknown_parent");
    invalidBlocks = registry.counter(BLOCKS, RESULT, "invalid");
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
}
