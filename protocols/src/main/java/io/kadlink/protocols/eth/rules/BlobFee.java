package io.kadlink.protocols.eth.rules;

import io.kadlink.protocols.eth.chain.BlockHeader;
import java.math.BigInteger;
import org.apache.tuweni.units.bigints.UInt256;

/** What blobs cost (EIP-4844, since Osaka EIP-7918). */
public final class BlobFee {
  /** EIP-4844. */
  public static final long GAS_PER_BLOB = 1 << 17;

  /** Wei per blob gas at least. */
  public static final UInt256 MIN = UInt256.ONE;

  /** EIP-7918: below this much execution gas for each blob, blobs are no cheaper than that. */
  private static final long BLOB_BASE_COST = 1 << 13;

  private BlobFee() {}

  /** The excess blob gas of a child of {@code parent}, unsigned. */
  public static long excessAfter(BlockHeader parent, BlobParameters parameters, boolean osaka) {
    long excess = parent.excessBlobGas().orElse(0L);
    long used = parent.blobGasUsed().orElse(0L);
    long target = parameters.target() * GAS_PER_BLOB;
    if (Long.compareUnsigned(excess + used, target) < 0) {
      return 0;
    }
    if (osaka && parameters.max() > 0) {
      BigInteger execution =
          parent
              .baseFee()
              .orElse(UInt256.ZERO)
              .toUnsignedBigInteger()
              .multiply(BigInteger.valueOf(BLOB_BASE_COST));
      BigInteger blob =
          perGas(excess, parameters)
              .toUnsignedBigInteger()
              .multiply(BigInteger.valueOf(GAS_PER_BLOB));
      if (execution.compareTo(blob) > 0) {
        return excess
            + Long.divideUnsigned(
                used * (parameters.max() - parameters.target()), parameters.max());
      }
    }
    return excess + used - target;
  }

  /**
   * Wei per blob gas at this excess: e to the power of its part of the update fraction, by a Taylor
   * series in integers. An excess that no chain can reach costs all there is.
   */
  public static UInt256 perGas(long excess, BlobParameters parameters) {
    BigInteger numerator = new BigInteger(Long.toUnsignedString(excess));
    BigInteger denominator = BigInteger.valueOf(parameters.updateFraction());
    BigInteger output = BigInteger.ZERO;
    BigInteger term = denominator;
    for (int i = 1; term.signum() > 0; i++) {
      output = output.add(term);
      if (output.bitLength() > UInt256.SIZE * 8) {
        return UInt256.MAX_VALUE;
      }
      term = term.multiply(numerator).divide(denominator.multiply(BigInteger.valueOf(i)));
    }
    BigInteger fee = output.divide(denominator);
    return UInt256.valueOf(fee);
  }
}
