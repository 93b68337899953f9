package io.kadlink.protocols.eth.chain;

import java.util.Optional;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.units.bigints.UInt256;

/**
 * The fields that forks have added to the header since Frontier, in the order they are encoded. One
 * is only there with all those before it.
 *
 * @param baseFee wei per gas, since London (EIP-1559)
 * @param withdrawalsRoot since Shanghai (EIP-4895)
 * @param blobGasUsed since Cancun (EIP-4844), unsigned 64-bit
 * @param excessBlobGas since Cancun (EIP-4844), unsigned 64-bit
 * @param parentBeaconBlockRoot since Cancun (EIP-4788)
 * @param requestsHash since Prague (EIP-7685)
 * @param blockAccessListHash since Amsterdam (EIP-7928)
 * @param slotNumber since Amsterdam (EIP-7843), unsigned 64-bit
 */
public record ForkFields(
    Optional<UInt256> baseFee,
    Optional<Bytes32> withdrawalsRoot,
    Optional<Long> blobGasUsed,
    Optional<Long> excessBlobGas,
    Optional<Bytes32> parentBeaconBlockRoot,
    Optional<Bytes32> requestsHash,
    Optional<Bytes32> blockAccessListHash,
    Optional<Long> slotNumber) {
  /** Those of a header from Frontier to Berlin. */
  public static final ForkFields NONE = london(Optional.empty());

  /**
   * All fields.
   *
   * @throws IllegalArgumentException when one is there without those before it
   */
  public ForkFields {
    requireInOrder(
        baseFee,
        withdrawalsRoot,
        blobGasUsed,
        excessBlobGas,
        parentBeaconBlockRoot,
        requestsHash,
        blockAccessListHash,
        slotNumber);
  }

  /** Those up to Prague. */
  public ForkFields(
      Optional<UInt256> baseFee,
      Optional<Bytes32> withdrawalsRoot,
      Optional<Long> blobGasUsed,
      Optional<Long> excessBlobGas,
      Optional<Bytes32> parentBeaconBlockRoot,
      Optional<Bytes32> requestsHash) {
    this(
        baseFee,
        withdrawalsRoot,
        blobGasUsed,
        excessBlobGas,
        parentBeaconBlockRoot,
        requestsHash,
        Optional.empty(),
        Optional.empty());
  }

  /** Those up to Shanghai. */
  public static ForkFields shanghai(UInt256 baseFee, Bytes32 withdrawalsRoot) {
    return new ForkFields(
        Optional.of(baseFee),
        Optional.of(withdrawalsRoot),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static ForkFields london(Optional<UInt256> baseFee) {
    return new ForkFields(
        baseFee,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static void requireInOrder(Optional<?>... fields) {
    for (int i = 1; i < fields.length; i++) {
      if (fields[i].isPresent() && fields[i - 1].isEmpty()) {
        throw new IllegalArgumentException(
            "an optional header field is present without the one before it");
      }
    }
  }
}
