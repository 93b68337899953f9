package io.kadlink.protocols.eth.pool;

import org.apache.tuweni.units.bigints.UInt256;

/**
 * How much a transaction pool holds, and what it takes at least.
 *
 * @param transactions in all, but for blob transactions
 * @param bytes of their encodings, in all
 * @param perSender from one account, as long as there is room
 * @param guaranteedPerSender from one account, before it gives way to accounts that have less
 * @param queued of all, those that wait for a nonce before them
 * @param queuedPerSender the same from one account
 * @param blobBytes of blob transactions with their sidecars and cells, in all
 * @param minTip wei per gas that a transaction offers at least, but for those of our own
 */
public record PoolLimits(
    int transactions,
    long bytes,
    int perSender,
    int guaranteedPerSender,
    int queued,
    int queuedPerSender,
    long blobBytes,
    UInt256 minTip) {
  /** As large as other clients pass on. */
  public static final int MAX_TRANSACTION_BYTES = 128 << 10;

  /** With its sidecar: six blobs with their cell proofs. */
  public static final int MAX_BLOB_TRANSACTION_BYTES = 1 << 20;

  /** Each is expensive to keep, and a sender's all become void with one transaction elsewhere. */
  public static final int MAX_BLOB_TRANSACTIONS_PER_SENDER = 16;

  /** EIP-7702: any transaction may take all that a delegated account has, so no more may wait. */
  public static final int MAX_OF_DELEGATED = 1;

  /** Of our own, which no price drives out. */
  public static final int MAX_LOCAL = 1_024;

  /** Blocks (three hours' worth) for which a transaction waits for a nonce before it. */
  public static final long QUEUED_BLOCKS = 900;

  /** Blocks (two epochs' worth) for which the sidecars of a block are kept, should it be undone. */
  public static final long INCLUDED_BLOB_BLOCKS = 64;

  /** Room for a few full blocks. */
  public static final PoolLimits DEFAULT =
      new PoolLimits(8_192, 32 << 20, 4_096, 16, 1_024, 64, 256L << 20, UInt256.ONE);

  public PoolLimits {
    if (transactions < 1
        || bytes < 1
        || perSender < 1
        || guaranteedPerSender < 1
        || queued < 0
        || queuedPerSender < 0
        || blobBytes < 0) {
      throw new IllegalArgumentException("pool limits are at least 1");
    }
  }

  public PoolLimits withTransactions(int newTransactions) {
    return new PoolLimits(
        newTransactions,
        bytes,
        perSender,
        guaranteedPerSender,
        queued,
        queuedPerSender,
        blobBytes,
        minTip);
  }

  public PoolLimits withBlobBytes(long newBlobBytes) {
    return new PoolLimits(
        transactions,
        bytes,
        perSender,
        guaranteedPerSender,
        queued,
        queuedPerSender,
        newBlobBytes,
        minTip);
  }

  public PoolLimits withMinTip(UInt256 newMinTip) {
    return new PoolLimits(
        transactions,
        bytes,
        perSender,
        guaranteedPerSender,
        queued,
        queuedPerSender,
        blobBytes,
        newMinTip);
  }
}
