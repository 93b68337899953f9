package io.kadlink.protocols.eth.rules;

import io.kadlink.protocols.eth.chain.BlobSidecar;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.chain.TransactionPayload;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Optional;
import org.apache.tuweni.units.bigints.UInt256;

/**
 * What makes a transaction valid or not whatever the state: no honest node relays one that breaks
 * these rules.
 */
public final class TransactionRules {
  /** EIP-3860. */
  public static final int MAX_INIT_CODE_BYTES = 49_152;

  /** EIP-7825, since Osaka. */
  private static final long MAX_TRANSACTION_GAS = 1 << 24;

  private static final int UINT256_BITS = 256;

  /** EIP-4844: what a blob is named by begins with it. */
  private static final byte VERSION_KZG = 1;

  private final UInt256 chainId;

  public TransactionRules(long chainId) {
    this.chainId = UInt256.valueOf(chainId);
  }

  /** Which rule the transaction breaks, with what was found and what was expected. */
  public Optional<String> fault(Transaction transaction, Fork fork) {
    TransactionPayload payload = transaction.payload();
    Fork since = since(payload);
    if (!fork.has(since)) {
      return fault("type " + payload.type() + " is valid only since " + since);
    }
    Optional<UInt256> chain = payload.chain();
    if (chain.isPresent() && !chain.get().equals(chainId)) {
      return fault("chain id " + decimal(chain.get()) + ", expected " + decimal(chainId));
    }
    if (payload.nonce() == -1) {
      return fault("nonce 2^64 - 1, expected less (EIP-2681)");
    }
    if (payload.maxPriorityFeePerGas().compareTo(payload.maxFeePerGas()) > 0) {
      return fault(
          "maxPriorityFeePerGas "
              + decimal(payload.maxPriorityFeePerGas())
              + " above maxFeePerGas "
              + decimal(payload.maxFeePerGas()));
    }
    if (maxFee(payload).bitLength() > UINT256_BITS) {
      return fault("gas limit times fee overflows 256 bits");
    }
    return gasFault(payload, fork)
        .or(() -> blobFault(payload, fork))
        .or(() -> signatureFault(transaction));
  }

  private static Optional<String> gasFault(TransactionPayload payload, Fork fork) {
    if (payload.to().isEmpty()
        && fork.has(Fork.SHANGHAI)
        && payload.data().size() > MAX_INIT_CODE_BYTES) {
      return fault(
          payload.data().size() + " bytes of init code, expected at most " + MAX_INIT_CODE_BYTES);
    }
    long required = TransactionGas.required(payload, fork);
    if (Long.compareUnsigned(payload.gasLimit(), required) < 0) {
      return fault("gas limit " + payload.gasLimit() + ", expected at least " + required);
    }
    if (fork.has(Fork.LATER) && Long.compareUnsigned(payload.gasLimit(), MAX_TRANSACTION_GAS) > 0) {
      return fault(
          "gas limit "
              + Long.toUnsignedString(payload.gasLimit())
              + ", expected at most "
              + MAX_TRANSACTION_GAS);
    }
    if (payload instanceof TransactionPayload.SetCode setCode
        && setCode.authorizations().isEmpty()) {
      return fault("a set-code transaction without authorizations");
    }
    return Optional.empty();
  }

  private static Optional<String> blobFault(TransactionPayload payload, Fork fork) {
    if (!(payload instanceof TransactionPayload.Blob blob)) {
      return Optional.empty();
    }
    int blobs = blob.blobVersionedHashes().size();
    if (blobs == 0) {
      return fault("a blob transaction without blobs");
    }
    if (fork.has(Fork.LATER) && blobs > BlobSidecar.MAX_BLOBS) {
      return fault(blobs + " blobs, expected at most " + BlobSidecar.MAX_BLOBS + " (EIP-7594)");
    }
    return blob.blobVersionedHashes().stream().allMatch(hash -> hash.get(0) == VERSION_KZG)
        ? Optional.empty()
        : fault("a blob's hash of another version than " + VERSION_KZG);
  }

  private static Optional<String> signatureFault(Transaction transaction) {
    return transaction.sender().isPresent()
        ? Optional.empty()
        : fault("the signature (v, r, s) is not valid");
  }

  /**
   * Whether what breaks a rule under {@code fork} also does under the fork before it and under all
   * that follow, so that no peer can have held it for valid, wherever its head is.
   */
  public boolean isFaultWhereverTheHeadIs(Transaction transaction, Fork fork) {
    return Arrays.stream(Fork.values())
        .filter(other -> other.has(fork.previous()))
        .allMatch(other -> fault(transaction, other).isPresent());
  }

  /** The most wei that its gas can cost. */
  public static BigInteger maxFee(TransactionPayload payload) {
    return new BigInteger(Long.toUnsignedString(payload.gasLimit()))
        .multiply(payload.maxFeePerGas().toUnsignedBigInteger());
  }

  /** The most wei that it can take from its sender, for gas, blobs and as value. */
  public static BigInteger maxCost(TransactionPayload payload) {
    BigInteger cost = maxFee(payload).add(payload.value().toUnsignedBigInteger());
    return payload instanceof TransactionPayload.Blob blob ? cost.add(maxBlobFee(blob)) : cost;
  }

  private static BigInteger maxBlobFee(TransactionPayload.Blob payload) {
    return BigInteger.valueOf(payload.blobVersionedHashes().size() * BlobFee.GAS_PER_BLOB)
        .multiply(payload.maxFeePerBlobGas().toUnsignedBigInteger());
  }

  private static Fork since(TransactionPayload payload) {
    return switch (payload) {
      case TransactionPayload.Legacy legacy -> Fork.BEFORE_LONDON;
      case TransactionPayload.WithAccessList typed -> Fork.BEFORE_LONDON;
      case TransactionPayload.DynamicFee typed -> Fork.LONDON;
      case TransactionPayload.Blob typed -> Fork.CANCUN;
      case TransactionPayload.SetCode typed -> Fork.PRAGUE;
    };
  }

  private static String decimal(UInt256 value) {
    return value.toDecimalString();
  }

  private static Optional<String> fault(String fault) {
    return Optional.of(fault);
  }
}
