package io.kadlink.protocols.eth.pool;

import io.kadlink.protocols.eth.chain.TransactionPayload;
import java.math.BigInteger;
import java.util.Comparator;

/**
 * What orders transactions by how soon a block would take them.
 *
 * @param payable whether the fees of the next block are within what it offers
 * @param tip wei per gas that the next block's maker would get, negative where the offer is below
 *     the base fee
 */
record Worth(boolean payable, BigInteger tip) implements Comparable<Worth> {
  private static final Comparator<Worth> ORDER =
      Comparator.comparing(Worth::payable).thenComparing(Worth::tip);

  static Worth of(TransactionPayload payload, NextBlock next) {
    BigInteger room =
        payload
            .maxFeePerGas()
            .toUnsignedBigInteger()
            .subtract(next.baseFee().toUnsignedBigInteger());
    boolean blobFeePaid =
        !(payload instanceof TransactionPayload.Blob blob)
            || blob.maxFeePerBlobGas().compareTo(next.blobBaseFee()) >= 0;
    return new Worth(
        room.signum() >= 0 && blobFeePaid,
        room.min(payload.maxPriorityFeePerGas().toUnsignedBigInteger()));
  }

  /** The lesser of two. */
  Worth min(Worth other) {
    return compareTo(other) <= 0 ? this : other;
  }

  @Override
  public int compareTo(Worth other) {
    return ORDER.compare(this, other);
  }
}
