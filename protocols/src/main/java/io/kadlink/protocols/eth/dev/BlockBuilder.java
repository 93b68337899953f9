package io.kadlink.protocols.eth.dev;

import io.kadlink.protocols.eth.chain.Block;
import io.kadlink.protocols.eth.chain.BlockBody;
import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.BlockRoots;
import io.kadlink.protocols.eth.chain.ForkFields;
import io.kadlink.protocols.eth.chain.LogsBloom;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.chain.Withdrawal;
import io.kadlink.protocols.eth.dev.BlockExecution.Outcome;
import io.kadlink.protocols.eth.rules.BaseFee;
import io.kadlink.protocols.eth.rules.BlockRules;
import io.kadlink.protocols.eth.rules.ChainConfig;
import io.kadlink.protocols.eth.rules.Fork;
import io.kadlink.protocols.eth.rules.TransactionGas;
import io.kadlink.protocols.eth.rules.TransactionRules;
import io.kadlink.protocols.eth.state.WorldState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.units.bigints.UInt256;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the next block from waiting transactions: best tip first, each sender's in order of nonce,
 * until the gas limit. What comes out depends on nothing but the arguments.
 */
final class BlockBuilder {
  private static final Logger LOG = LoggerFactory.getLogger(BlockBuilder.class);

  private final ChainConfig config;
  private final BlockRules blockRules;
  private final TransactionRules transactionRules;

  BlockBuilder(ChainConfig config) {
    this.config = config;
    this.blockRules = new BlockRules(config);
    this.transactionRules = new TransactionRules(config.chainId());
  }

  /** The transactions of one sender that are still to be considered. */
  private static final class Queue {
    private final Iterator<Transaction> rest;
    private @Nullable Transaction next;

    Queue(List<Transaction> transactions) {
      this.rest = transactions.iterator();
      advance();
    }

    void advance() {
      next = rest.hasNext() ? rest.next() : null;
    }
  }

  /**
   * A block on {@code parent}.
   *
   * @param state the state at {@code parent}; changed by the call
   * @param queues transactions by sender, each in order of nonce
   * @throws IllegalStateException when the rules at this time can't be followed without an EVM
   */
  Block build(
      BlockHeader parent,
      WorldState state,
      long timestamp,
      Bytes coinbase,
      Bytes extraData,
      List<List<Transaction>> queues,
      List<Withdrawal> withdrawals) {
    long number = parent.number() + 1;
    Fork fork = config.fork(number, timestamp);
    if (!fork.has(Fork.SHANGHAI) || fork == Fork.LATER) {
      throw new IllegalStateException(
          "blocks are built under Shanghai, Cancun and Prague only, not " + fork);
    }
    UInt256 baseFee =
        BaseFee.after(parent, config.fork(parent.number(), parent.timestamp()).has(Fork.LONDON));
    BlockExecution execution =
        new BlockExecution(
            state,
            new BlockEnvironment(
                fork,
                number,
                timestamp,
                coinbase,
                baseFee,
                parent.gasLimit(),
                parent.hash(),
                Bytes32.ZERO),
            transactionRules);
    requireNothing(execution.begin());
    List<Transaction> included = fill(execution, baseFee, parent.gasLimit(), queues);
    execution.withdraw(withdrawals);
    requireNothing(execution.end());
    boolean cancun = fork.has(Fork.CANCUN);
    BlockHeader header =
        new BlockHeader(
            parent.hash(),
            BlockRoots.NO_OMMERS,
            coinbase,
            execution.state().rootHash(),
            BlockRoots.transactionsRoot(included),
            BlockRoots.receiptsRoot(execution.receipts()),
            LogsBloom.ofReceipts(execution.receipts()),
            UInt256.ZERO,
            number,
            parent.gasLimit(),
            execution.gasUsed(),
            timestamp,
            extraData,
            Bytes32.ZERO,
            Bytes.wrap(new byte[BlockHeader.NONCE_BYTES]),
            new ForkFields(
                Optional.of(baseFee),
                Optional.of(BlockRoots.withdrawalsRoot(withdrawals)),
                cancun ? Optional.of(0L) : Optional.empty(),
                cancun
                    ? Optional.of(blockRules.excessBlobGas(parent, timestamp))
                    : Optional.empty(),
                cancun ? Optional.of(Bytes32.ZERO) : Optional.empty(),
                fork.has(Fork.PRAGUE) ? Optional.of(BlockRoots.NO_REQUESTS) : Optional.empty()));
    return new Block(header, new BlockBody(included, List.of(), Optional.of(withdrawals)));
  }

  private static void requireNothing(Optional<Outcome> problem) {
    problem.ifPresent(
        outcome -> {
          throw new IllegalStateException("no block can be built: " + outcome);
        });
  }

  private static List<Transaction> fill(
      BlockExecution execution, UInt256 baseFee, long gasLimit, List<List<Transaction>> queues) {
    PriorityQueue<Queue> byTip =
        new PriorityQueue<>(
            Comparator.<Queue, UInt256>comparing(queue -> tip(queue, baseFee))
                .reversed()
                .thenComparing(queue -> hash(queue)));
    for (List<Transaction> transactions : queues) {
      offer(byTip, new Queue(transactions), baseFee);
    }
    List<Transaction> included = new ArrayList<>();
    while (!byTip.isEmpty() && gasLimit - execution.gasUsed() >= TransactionGas.BASE) {
      Queue queue = byTip.remove();
      Transaction transaction = queue.next;
      if (transaction == null) {
        continue;
      }
      Outcome outcome = execution.apply(transaction);
      if (outcome instanceof Outcome.Applied) {
        included.add(transaction);
        queue.advance();
        offer(byTip, queue, baseFee);
      } else {
        LOG.debug("transaction {} is left out: {}", transaction.hash(), outcome);
      }
    }
    return included;
  }

  private static void offer(PriorityQueue<Queue> byTip, Queue queue, UInt256 baseFee) {
    Transaction next = queue.next;
    if (next != null && next.payload().maxFeePerGas().compareTo(baseFee) >= 0) {
      byTip.add(queue);
    }
  }

  private static UInt256 tip(Queue queue, UInt256 baseFee) {
    Transaction next = queue.next;
    return next == null ? UInt256.ZERO : BlockExecution.tip(next.payload(), baseFee);
  }

  private static Bytes32 hash(Queue queue) {
    Transaction next = queue.next;
    return next == null ? Bytes32.ZERO : next.hash();
  }
}
