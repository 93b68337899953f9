package io.kadlink.protocols.eth.chain;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.units.bigints.UInt256;

/**
 * The chain behind the eth protocol: what a client implementer puts an own one behind. Reads are
 * thread-safe and quick (memory or one disk read); imports run elsewhere and are answered later.
 */
public interface Chain extends AutoCloseable {

  /** EIP-155 chain id. */
  long chainId();

  /** The network id of eth Status; usually the chain id. */
  long networkId();

  Bytes32 genesisHash();

  /** The best block's header. */
  BlockHeader head();

  /** The lowest block whose body and receipts are still there; all headers always are. */
  default long earliestBlock() {
    return 0;
  }

  /** Total difficulty of the head (eth/68 Status). */
  UInt256 totalDifficulty();

  /** The rules by which fork ids are made and judged (EIP-2124, EIP-6122). */
  ForkSchedule forks();

  /** The canonical header at this height. */
  Optional<BlockHeader> header(long number);

  /** A known header, canonical or not. */
  Optional<BlockHeader> header(Bytes32 hash);

  Optional<BlockBody> body(Bytes32 hash);

  Optional<List<Receipt>> receipts(Bytes32 hash);

  /**
   * Canonical blocks whose receipts are missing and welcome, as they are where blocks are not
   * executed.
   *
   * @return at most {@code max}, lowest first
   */
  default List<BlockHeader> withoutReceipts(int max) {
    return List.of();
  }

  /**
   * Keeps receipts that have been held against the header of their block.
   *
   * @return whether the block is here; fails when they could not be stored
   */
  default CompletionStage<Boolean> keepReceipts(Bytes32 hash, List<Receipt> receipts) {
    return CompletableFuture.failedStage(
        new UnsupportedOperationException("this chain takes no receipts from outside"));
  }

  /** What a block has read and written (EIP-7928), where that is kept. */
  default Optional<BlockAccessList> accessList(Bytes32 hash) {
    return Optional.empty();
  }

  /**
   * Checks a block in full and adds it; its parent must be known. Blocks handed in one after the
   * other are taken in that order.
   *
   * @return fails when the block could not be judged or stored, for which nobody but this machine
   *     is to blame: the chain tells its operator, and whoever sent the block is not held to
   *     account
   */
  CompletionStage<ImportResult> importBlock(Block block);

  /** Transactions that wait for a block. */
  TransactionPool pool();

  /** Calls {@code listener} with each new head, on any thread, in order. */
  Subscription onNewHead(Consumer<Block> listener);

  @Override
  void close();

  /** Ends a subscription. */
  interface Subscription extends AutoCloseable {
    @Override
    void close();
  }
}
