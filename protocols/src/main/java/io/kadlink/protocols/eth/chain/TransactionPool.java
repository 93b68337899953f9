package io.kadlink.protocols.eth.chain;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;

/** Transactions that are valid on the head's state and wait for a block. Thread-safe, bounded. */
public interface TransactionPool {

  /**
   * Checks a transaction against the head and keeps it. A blob transaction needs its whole sidecar,
   * whose proofs are verified before this returns: milliseconds for each blob, so it is never
   * called on a loop.
   */
  Verdict add(PooledTransaction transaction);

  /** {@link #add(PooledTransaction)} for a transaction that has no sidecar. */
  default Verdict add(Transaction transaction) {
    return add(PooledTransaction.of(transaction));
  }

  /**
   * {@link #add(PooledTransaction)} for a transaction of this node's own operator: as far as the
   * pool can, it is kept over a restart and not driven out by better paid ones.
   */
  default Verdict addLocal(PooledTransaction transaction) {
    return add(transaction);
  }

  boolean contains(Bytes32 hash);

  Optional<Transaction> get(Bytes32 hash);

  /** A transaction as it is handed to peers, a blob transaction with its sidecar. */
  default Optional<PooledTransaction> pooled(Bytes32 hash) {
    return get(hash).map(PooledTransaction::of);
  }

  /**
   * Cells of a blob transaction.
   *
   * @return those at the indices in {@code mask} of every blob, in the order of {@code
   *     EthMessage.TransactionCells}; empty unless all of them are there
   */
  default Optional<List<Bytes>> cells(Bytes32 hash, CellMask mask) {
    return Optional.empty();
  }

  /**
   * How large a transaction is where it is announced: the bytes of {@link
   * PooledTransactionCodec#encode} of {@link #pooled}, which this does not make.
   */
  default Optional<Integer> pooledBytes(Bytes32 hash) {
    return pooled(hash).map(PooledTransactionCodec::bytes);
  }

  /** Hashes of all that waits for nothing but a block, at most {@code max}. */
  List<Bytes32> hashes(int max);

  int size();

  /**
   * Calls {@code listener} with each accepted transaction once it does not wait for another one of
   * its sender any more, on any thread.
   */
  Chain.Subscription onAdded(Consumer<Transaction> listener);

  /** What became of a transaction. */
  sealed interface Verdict {
    record Accepted() implements Verdict {}

    record Known() implements Verdict {}

    /**
     * Not taken.
     *
     * @param peerAtFault whether no honest peer could have sent it (bad signature, wrong chain id)
     */
    record Refused(String reason, boolean peerAtFault) implements Verdict {}
  }
}
