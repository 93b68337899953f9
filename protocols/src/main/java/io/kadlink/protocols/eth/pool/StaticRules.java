package io.kadlink.protocols.eth.pool;

import io.kadlink.protocols.eth.chain.BlobSidecar;
import io.kadlink.protocols.eth.chain.PooledTransaction;
import io.kadlink.protocols.eth.chain.PooledTransactionCodec;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.chain.TransactionPayload;
import io.kadlink.protocols.eth.pool.Refusal.Cause;
import io.kadlink.protocols.eth.rules.Fork;
import io.kadlink.protocols.eth.rules.TransactionRules;
import java.util.Optional;

/** What a transaction must keep to whatever the accounts and the pool hold. */
final class StaticRules {
  private final TransactionRules rules;
  private final PoolLimits limits;

  StaticRules(TransactionRules rules, PoolLimits limits) {
    this.rules = rules;
    this.limits = limits;
  }

  /** Why the transaction can't be taken; costs one recovery of a signature. */
  Optional<Refusal> refusal(PooledTransaction pooled, NextBlock next, boolean local) {
    Transaction transaction = pooled.transaction();
    Optional<Refusal> size = sizeRefusal(pooled);
    if (size.isPresent()) {
      return size;
    }
    Optional<String> fault = rules.fault(transaction, next.fork());
    if (fault.isPresent()) {
      boolean always = rules.isFaultWhereverTheHeadIs(transaction, next.fork());
      return refusal(always ? Cause.INVALID : Cause.RULES, fault.get());
    }
    TransactionPayload payload = transaction.payload();
    if (Long.compareUnsigned(payload.gasLimit(), next.gasLimit()) > 0) {
      return refusal(
          Cause.RULES,
          "gas limit "
              + Long.toUnsignedString(payload.gasLimit())
              + " is above the block's "
              + Long.toUnsignedString(next.gasLimit()));
    }
    if (!local && payload.maxPriorityFeePerGas().compareTo(limits.minTip()) < 0) {
      return refusal(
          Cause.PRICE,
          "tip "
              + payload.maxPriorityFeePerGas().toDecimalString()
              + " wei per gas, expected at least "
              + limits.minTip().toDecimalString());
    }
    return payload instanceof TransactionPayload.Blob blob
        ? blobRefusal(pooled, blob, next)
        : Optional.empty();
  }

  private static Optional<Refusal> sizeRefusal(PooledTransaction pooled) {
    boolean blob = pooled.transaction().payload() instanceof TransactionPayload.Blob;
    int most = blob ? PoolLimits.MAX_BLOB_TRANSACTION_BYTES : PoolLimits.MAX_TRANSACTION_BYTES;
    int bytes = PooledTransactionCodec.bytes(pooled);
    return bytes > most
        ? refusal(Cause.SIZE, bytes + " bytes, expected at most " + most)
        : Optional.empty();
  }

  private static Optional<Refusal> blobRefusal(
      PooledTransaction pooled, TransactionPayload.Blob payload, NextBlock next) {
    int blobs = payload.blobVersionedHashes().size();
    if (blobs > next.maxBlobs()) {
      return refusal(
          Cause.RULES, blobs + " blobs, expected at most the block's " + next.maxBlobs());
    }
    if (payload.maxFeePerBlobGas().isZero()) {
      return refusal(Cause.PRICE, "it offers nothing for blob gas, expected at least 1 wei");
    }
    Optional<String> flaw = pooled.flaw();
    if (flaw.isPresent()) {
      return refusal(Cause.SIDECAR, "a blob transaction with " + flaw.get());
    }
    BlobSidecar sidecar = pooled.sidecar().orElseThrow();
    if (sidecar.blobs().isEmpty()) {
      return refusal(Cause.UNSUPPORTED, "a blob transaction whose blobs are still to be fetched");
    }
    return next.fork().has(Fork.LATER) && sidecar.form() == BlobSidecar.Form.BLOB_PROOFS
        ? refusal(Cause.RULES, "proofs of blobs, expected proofs of cells since Osaka (EIP-7594)")
        : Optional.empty();
  }

  private static Optional<Refusal> refusal(Cause cause, String reason) {
    return Optional.of(new Refusal(cause, reason));
  }
}
