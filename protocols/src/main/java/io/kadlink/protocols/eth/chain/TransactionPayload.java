package io.kadlink.protocols.eth.chain;

import java.util.List;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.units.bigints.UInt256;

/**
 * What a transaction's sender signs, one record for each EIP-2718 type. Amounts are in wei, gas and
 * nonces are unsigned 64-bit, addresses have 20 bytes.
 */
public sealed interface TransactionPayload {

  /** EIP-2718 type, 0 for legacy. */
  int type();

  /** The chain it is valid on; only a legacy transaction may leave that open (EIP-155). */
  Optional<UInt256> chain();

  long nonce();

  long gasLimit();

  /** The recipient; empty creates a contract. */
  Optional<Bytes> to();

  UInt256 value();

  Bytes data();

  /** The most the sender pays for a unit of gas, base fee included (EIP-1559). */
  UInt256 maxFeePerGas();

  /** The most of it that goes to the block's producer (EIP-1559). */
  UInt256 maxPriorityFeePerGas();

  /** Accounts and slots announced to be touched (EIP-2930); empty for legacy. */
  default List<AccessTuple> accessList() {
    return List.of();
  }

  /** Legacy, with EIP-155 replay protection when {@code chain} is there. */
  record Legacy(
      Optional<UInt256> chain,
      long nonce,
      UInt256 gasPrice,
      long gasLimit,
      Optional<Bytes> to,
      UInt256 value,
      Bytes data)
      implements TransactionPayload {
    public Legacy {
      to.ifPresent(TransactionPayload::requireAddress);
    }

    @Override
    public int type() {
      return 0;
    }

    @Override
    public UInt256 maxFeePerGas() {
      return gasPrice;
    }

    @Override
    public UInt256 maxPriorityFeePerGas() {
      return gasPrice;
    }
  }

  /** EIP-2930, type 1. */
  record WithAccessList(
      UInt256 chainId,
      long nonce,
      UInt256 gasPrice,
      long gasLimit,
      Optional<Bytes> to,
      UInt256 value,
      Bytes data,
      List<AccessTuple> accessList)
      implements TransactionPayload {
    public WithAccessList {
      to.ifPresent(TransactionPayload::requireAddress);
      accessList = List.copyOf(accessList);
    }

    @Override
    public int type() {
      return 1;
    }

    @Override
    public Optional<UInt256> chain() {
      return Optional.of(chainId);
    }

    @Override
    public UInt256 maxFeePerGas() {
      return gasPrice;
    }

    @Override
    public UInt256 maxPriorityFeePerGas() {
      return gasPrice;
    }
  }

  /** EIP-1559, type 2. */
  record DynamicFee(
      UInt256 chainId,
      long nonce,
      UInt256 maxPriorityFeePerGas,
      UInt256 maxFeePerGas,
      long gasLimit,
      Optional<Bytes> to,
      UInt256 value,
      Bytes data,
      List<AccessTuple> accessList)
      implements TransactionPayload {
    public DynamicFee {
      to.ifPresent(TransactionPayload::requireAddress);
      accessList = List.copyOf(accessList);
    }

    @Override
    public int type() {
      return 2;
    }

    @Override
    public Optional<UInt256> chain() {
      return Optional.of(chainId);
    }
  }

  /** EIP-4844, type 3, as it stands in a block: without blobs, commitments and proofs. */
  record Blob(
      UInt256 chainId,
      long nonce,
      UInt256 maxPriorityFeePerGas,
      UInt256 maxFeePerGas,
      long gasLimit,
      Bytes recipient,
      UInt256 value,
      Bytes data,
      List<AccessTuple> accessList,
      UInt256 maxFeePerBlobGas,
      List<Bytes32> blobVersionedHashes)
      implements TransactionPayload {
    public Blob {
      requireAddress(recipient);
      accessList = List.copyOf(accessList);
      blobVersionedHashes = List.copyOf(blobVersionedHashes);
    }

    @Override
    public int type() {
      return 3;
    }

    @Override
    public Optional<UInt256> chain() {
      return Optional.of(chainId);
    }

    @Override
    public Optional<Bytes> to() {
      return Optional.of(recipient);
    }
  }

  /** EIP-7702, type 4. */
  record SetCode(
      UInt256 chainId,
      long nonce,
      UInt256 maxPriorityFeePerGas,
      UInt256 maxFeePerGas,
      long gasLimit,
      Bytes recipient,
      UInt256 value,
      Bytes data,
      List<AccessTuple> accessList,
      List<Authorization> authorizations)
      implements TransactionPayload {
    public SetCode {
      requireAddress(recipient);
      accessList = List.copyOf(accessList);
      authorizations = List.copyOf(authorizations);
    }

    @Override
    public int type() {
      return 4;
    }

    @Override
    public Optional<UInt256> chain() {
      return Optional.of(chainId);
    }

    @Override
    public Optional<Bytes> to() {
      return Optional.of(recipient);
    }
  }

  /** An entry of an access list (EIP-2930). */
  record AccessTuple(Bytes address, List<Bytes32> storageKeys) {
    public AccessTuple {
      requireAddress(address);
      storageKeys = List.copyOf(storageKeys);
    }
  }

  /**
   * An entry of an authorization list (EIP-7702).
   *
   * @param chainId 0 for any chain
   * @param yParity 0 to 255 as encoded; only 0 and 1 recover an authority
   */
  record Authorization(
      UInt256 chainId, Bytes address, long nonce, int yParity, UInt256 r, UInt256 s) {
    public Authorization {
      requireAddress(address);
    }
  }

  private static void requireAddress(Bytes address) {
    if (address.size() != BlockHeader.ADDRESS_BYTES) {
      throw new IllegalArgumentException("an address has 20 bytes, not " + address.size());
    }
  }
}
