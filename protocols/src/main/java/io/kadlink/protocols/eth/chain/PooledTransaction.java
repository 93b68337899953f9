package io.kadlink.protocols.eth.chain;

import java.util.Optional;
import org.apache.tuweni.bytes.Bytes32;

/**
 * A transaction as peers hand it to each other before it is in a block.
 *
 * @param sidecar of a blob transaction; without one it can't be put into a pool
 */
public record PooledTransaction(Transaction transaction, Optional<BlobSidecar> sidecar) {

  /**
   * All fields.
   *
   * @throws IllegalArgumentException when another than a blob transaction has a sidecar
   */
  public PooledTransaction {
    if (sidecar.isPresent() && !(transaction.payload() instanceof TransactionPayload.Blob)) {
      throw new IllegalArgumentException(transaction + " has a sidecar");
    }
  }

  /** One without sidecar. */
  public static PooledTransaction of(Transaction transaction) {
    return new PooledTransaction(transaction, Optional.empty());
  }

  /** The hash of the transaction, which does not depend on the sidecar. */
  public Bytes32 hash() {
    return transaction.hash();
  }

  /** Why no pool can take it: a blob transaction without the sidecar that belongs to it. */
  public Optional<String> flaw() {
    return transaction.payload() instanceof TransactionPayload.Blob payload
        ? sidecar.map(each -> each.mismatch(payload)).orElse(Optional.of("no sidecar"))
        : Optional.empty();
  }
}
