package io.kadlink.protocols.eth.gossip;

import io.kadlink.protocols.eth.chain.CellMask;
import io.kadlink.protocols.eth.chain.PooledTransactionCodec;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.chain.TransactionPayload;
import io.kadlink.protocols.eth.wire.EthMessage.TransactionAnnouncement;
import io.kadlink.protocols.eth.wire.EthVersion;
import java.util.Arrays;

/**
 * What a peer has said of a transaction that it could send.
 *
 * @param type EIP-2718 type
 * @param sizeBytes of its encoding, of a blob transaction with sidecar; since eth/72 without blobs
 * @param cells of its blobs, since eth/72
 */
record Claim(int type, long sizeBytes, CellMask cells) {
  /** EIP-4844. */
  static final int BLOB_TYPE = 3;

  /** Announced and real size may differ by this: clients disagree on how to count the type. */
  static final int SIZE_TOLERANCE = 8;

  static Claim of(TransactionAnnouncement announcement, CellMask cells) {
    return new Claim(
        announcement.type(),
        announcement.sizeBytes(),
        announcement.type() == BLOB_TYPE ? cells : CellMask.NONE);
  }

  boolean isBlob() {
    return type == BLOB_TYPE;
  }

  /**
   * Whether one peer can't have meant both. A blob transaction's sidecar may have got another form
   * meanwhile, and with it the transaction another size.
   */
  boolean contradicts(Claim later) {
    return type != later.type || (!isBlob() && sizeBytes != later.sizeBytes);
  }

  /** Whether this is true of {@code transaction}, said in {@code version}. */
  boolean fits(Transaction transaction, EthVersion version) {
    if (type != transaction.type()) {
      return false;
    }
    long[] sizes =
        transaction.payload() instanceof TransactionPayload.Blob
            ? PooledTransactionCodec.possibleBytes(transaction, !version.has(EthVersion.ETH_72))
            : new long[] {transaction.encoded().size()};
    return Arrays.stream(sizes).anyMatch(size -> Math.abs(sizeBytes - size) <= SIZE_TOLERANCE);
  }
}
