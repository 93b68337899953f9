package io.kadlink.protocols.eth.rules;

import io.kadlink.protocols.eth.chain.BlockHeader;
import java.math.BigInteger;
import org.apache.tuweni.units.bigints.UInt256;

/** The base fee of a block, which follows from its parent (EIP-1559). */
public final class BaseFee {
  /** The gas target is the gas limit divided by this. */
  public static final long ELASTICITY = 2;

  /** Wei per gas in the first block of London (EIP-1559). */
  public static final long INITIAL = 1_000_000_000;

  private static final BigInteger CHANGE_DENOMINATOR = BigInteger.valueOf(8);

  private BaseFee() {}

  /** Wei per gas in a child of {@code parent}; London is active in the child. */
  public static UInt256 after(BlockHeader parent, boolean londonAtParent) {
    if (!londonAtParent || parent.baseFee().isEmpty()) {
      return UInt256.valueOf(INITIAL);
    }
    UInt256 fee = parent.baseFee().get();
    long target = Long.divideUnsigned(parent.gasLimit(), ELASTICITY);
    int order = Long.compareUnsigned(parent.gasUsed(), target);
    if (order == 0 || target == 0) {
      return fee;
    }
    BigInteger difference =
        unsigned(order > 0 ? parent.gasUsed() - target : target - parent.gasUsed());
    BigInteger change =
        fee.toUnsignedBigInteger()
            .multiply(difference)
            .divide(unsigned(target))
            .divide(CHANGE_DENOMINATOR);
    // An increase is at least 1; a decrease is at most an eighth.
    return order > 0
        ? UInt256.valueOf(fee.toUnsignedBigInteger().add(change.max(BigInteger.ONE)))
        : fee.subtract(UInt256.valueOf(change));
  }

  private static BigInteger unsigned(long value) {
    return new BigInteger(Long.toUnsignedString(value));
  }
}
