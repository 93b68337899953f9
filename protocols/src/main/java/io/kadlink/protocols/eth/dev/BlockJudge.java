package io.kadlink.protocols.eth.dev;

import io.kadlink.protocols.eth.chain.Block;
import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.BlockRoots;
import io.kadlink.protocols.eth.chain.LogsBloom;
import io.kadlink.protocols.eth.chain.Receipt;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.dev.BlockExecution.Outcome;
import io.kadlink.protocols.eth.rules.BlockRules;
import io.kadlink.protocols.eth.rules.ChainConfig;
import io.kadlink.protocols.eth.rules.Fork;
import io.kadlink.protocols.eth.rules.TransactionRules;
import io.kadlink.protocols.eth.state.WorldState;
import io.kadlink.protocols.eth.store.StateLayers;
import io.kadlink.protocols.eth.trie.NodeSource;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.tuweni.bytes.Bytes32;
import org.jspecify.annotations.Nullable;

/**
 * Checks a block against its parent: header, body, and by executing it as far as that goes. For one
 * thread at a time.
 */
final class BlockJudge {
  /**
   * How far ahead of the clock a block may be. A chain without a consensus layer has no other
   * bound, and each later block must be later still.
   */
  static final Duration MAX_AHEAD = Duration.ofSeconds(15);

  private final BlockRules blockRules;
  private final TransactionRules transactionRules;
  private final boolean transfersOnly;
  private final NodeSource nodes;
  private final InstantSource clock;
  private @Nullable BlockHeader latestBlock;
  private @Nullable WorldState latestState;

  /** What was found. */
  sealed interface Judgement {
    /** All of it holds; {@code newNodes} make the state after the block from its parent's. */
    record Valid(List<StateLayers.Node> newNodes, List<Receipt> receipts) implements Judgement {}

    /** All holds that can be told without an EVM. */
    record Unchecked(String reason) implements Judgement {}

    record Invalid(String reason) implements Judgement {}
  }

  BlockJudge(ChainConfig config, boolean transfersOnly, NodeSource nodes, InstantSource clock) {
    this.blockRules = new BlockRules(config);
    this.transactionRules = new TransactionRules(config.chainId());
    this.transfersOnly = transfersOnly;
    this.nodes = nodes;
    this.clock = clock;
  }

  /**
   * Judges a block whose parent is {@code parent}; its state is known when it was checked.
   *
   * @param bodyFault what was found wrong with the body
   */
  Judgement judge(
      Block block,
      BlockHeader parent,
      boolean parentStateChecked,
      Supplier<Optional<String>> bodyFault) {
    BlockHeader header = block.header();
    Optional<String> fault =
        blockRules.headerFault(header, parent).or(() -> clockFault(header)).or(bodyFault);
    if (fault.isPresent()) {
      return new Judgement.Invalid(fault.get());
    }
    Fork fork = blockRules.fork(header);
    if (!parentStateChecked) {
      return new Judgement.Unchecked("the state of its parent is not known");
    }
    if (!header.difficulty().isZero() || !fork.has(Fork.SHANGHAI) || fork == Fork.LATER) {
      return new Judgement.Unchecked("blocks are executed under Shanghai, Cancun and Prague only");
    }
    return execute(block, parent);
  }

  private Optional<String> clockFault(BlockHeader header) {
    long latest = clock.instant().plus(MAX_AHEAD).getEpochSecond();
    return Long.compareUnsigned(header.timestamp(), latest) > 0
        ? BlockRules.fault(
            "timestamp",
            Long.toUnsignedString(header.timestamp()),
            "at most " + MAX_AHEAD.toSeconds() + " s ahead of the clock")
        : Optional.empty();
  }

  /** Executes a block on the state after its parent, without looking at anything else first. */
  Judgement execute(Block block, BlockHeader parent) {
    BlockHeader header = block.header();
    Fork fork = blockRules.fork(header);
    BlockExecution execution =
        new BlockExecution(stateAfter(parent), BlockEnvironment.of(header, fork), transactionRules);
    Optional<Outcome> problem = execution.begin();
    if (problem.isPresent()) {
      return verdict("the block", problem.get());
    }
    List<Transaction> transactions = block.body().transactions();
    for (int i = 0; i < transactions.size(); i++) {
      Outcome outcome = execution.apply(transactions.get(i));
      if (!(outcome instanceof Outcome.Applied)) {
        return verdict("transaction " + i + " (" + transactions.get(i).hash() + ")", outcome);
      }
    }
    execution.withdraw(block.body().withdrawals().orElse(List.of()));
    problem = execution.end();
    if (problem.isPresent()) {
      return verdict("the block", problem.get());
    }
    return compare(header, execution)
        .<Judgement>map(Judgement.Invalid::new)
        .orElseGet(() -> valid(header, execution));
  }

  /** The state after the last valid block is at hand; any other is looked up. */
  private WorldState stateAfter(BlockHeader parent) {
    WorldState latest = latestState;
    boolean continues = latest != null && parent.equals(latestBlock);
    latestState = null;
    return continues && latest != null ? latest.next() : new WorldState(nodes, parent.stateRoot());
  }

  private Judgement valid(BlockHeader header, BlockExecution execution) {
    List<StateLayers.Node> newNodes = execution.state().newNodes();
    latestBlock = header;
    latestState = execution.state();
    return new Judgement.Valid(newNodes, execution.receipts());
  }

  private Judgement verdict(String what, Outcome outcome) {
    return switch (outcome) {
      case Outcome.Invalid invalid -> new Judgement.Invalid(what + ": " + invalid.reason());
      case Outcome.NeedsEvm needs ->
          transfersOnly
              ? new Judgement.Invalid(
                  what + ": " + needs.reason() + ", and this chain carries transfers only")
              : new Judgement.Unchecked(what + " " + needs.reason());
      case Outcome.Applied applied -> throw new IllegalStateException("nothing wrong");
    };
  }

  private static Optional<String> compare(BlockHeader header, BlockExecution execution) {
    if (header.gasUsed() != execution.gasUsed()) {
      return BlockRules.fault("gasUsed", header.gasUsed(), execution.gasUsed());
    }
    if (!header.logsBloom().equals(LogsBloom.ofReceipts(execution.receipts()))) {
      return BlockRules.fault("logsBloom", "not empty", "that of the receipts");
    }
    Bytes32 receiptsRoot = BlockRoots.receiptsRoot(execution.receipts());
    if (!header.receiptsRoot().equals(receiptsRoot)) {
      return BlockRules.fault("receiptsRoot", header.receiptsRoot(), receiptsRoot);
    }
    if (header.requestsHash().isPresent()
        && !header.requestsHash().get().equals(BlockRoots.NO_REQUESTS)) {
      return BlockRules.fault("requestsHash", header.requestsHash().get(), BlockRoots.NO_REQUESTS);
    }
    Bytes32 stateRoot = execution.state().rootHash();
    return header.stateRoot().equals(stateRoot)
        ? Optional.empty()
        : BlockRules.fault("stateRoot", header.stateRoot(), stateRoot);
  }
}
