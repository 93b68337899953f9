package io.kadlink.protocols.eth.pool;

import io.kadlink.protocols.eth.chain.BlobSidecar;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.chain.TransactionPayload;
import io.kadlink.protocols.eth.rules.TransactionRules;
import java.math.BigInteger;
import java.util.Set;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.jspecify.annotations.Nullable;

/**
 * A transaction in the pool, with what is worked out once.
 *
 * @param sender its 20-byte address
 * @param pooledBytes of the form in which it is handed on, sidecar and all
 * @param keptBytes that it takes in the pool
 * @param cost the most wei it can take from its sender
 * @param authorities accounts that delegate by it (EIP-7702)
 * @param form of its sidecar; means nothing where there is none
 * @param local whether it is this node's own
 * @param since the number of the block that was to come when it was taken
 */
record PoolEntry(
    Transaction transaction,
    Bytes sender,
    int pooledBytes,
    long keptBytes,
    BigInteger cost,
    Set<Bytes> authorities,
    BlobSidecar.Form form,
    boolean local,
    long since) {

  PoolEntry(
      Transaction transaction,
      Bytes sender,
      int pooledBytes,
      long keptBytes,
      Set<Bytes> authorities,
      BlobSidecar.Form form,
      boolean local,
      long since) {
    this(
        transaction,
        sender,
        pooledBytes,
        keptBytes,
        TransactionRules.maxCost(transaction.payload()),
        authorities,
        form,
        local,
        since);
  }

  /** The same as this node's own. */
  PoolEntry asLocal() {
    return new PoolEntry(
        transaction, sender, pooledBytes, keptBytes, cost, authorities, form, true, since);
  }

  Bytes32 hash() {
    return transaction.hash();
  }

  long nonce() {
    return transaction.payload().nonce();
  }

  boolean isBlob() {
    return transaction.payload() instanceof TransactionPayload.Blob;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof PoolEntry that && hash().equals(that.hash());
  }

  @Override
  public int hashCode() {
    return hash().hashCode();
  }
}
