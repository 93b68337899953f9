package io.kadlink.protocols.eth.dev;

import io.kadlink.protocols.eth.chain.Block;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.rules.BlockRules;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * What of a block can be checked before its parent is known, which is most of the work: roots of
 * the body, and the senders of transactions by their signatures. Many blocks at once, ahead of the
 * thread that imports them in order.
 */
final class BlockChecks {
  private final BlockRules rules;
  private final Executor executor;

  /**
   * @param executor runs each block's checks; must not wait for the importing thread
   */
  BlockChecks(BlockRules rules, Executor executor) {
    this.rules = rules;
    this.executor = executor;
  }

  /** Begins; gives what is wrong with the body, if anything. */
  CompletableFuture<Optional<String>> begin(Block block) {
    try {
      return CompletableFuture.supplyAsync(() -> check(block), executor);
    } catch (RejectedExecutionException closing) {
      return CompletableFuture.failedFuture(
          new IllegalStateException("the chain is closed", closing));
    }
  }

  private Optional<String> check(Block block) {
    block.header().hash();
    Optional<String> fault = rules.bodyFault(block);
    if (fault.isEmpty()) {
      // kept by the transactions; whether there is one is for the rules to say
      block.body().transactions().forEach(Transaction::sender);
    }
    return fault;
  }
}
