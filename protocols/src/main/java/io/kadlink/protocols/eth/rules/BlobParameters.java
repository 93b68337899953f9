package io.kadlink.protocols.eth.rules;

/**
 * An entry of a chain's blob schedule (EIP-7840).
 *
 * @param target blobs a block aims at
 * @param max blobs a block carries at most
 * @param updateFraction how slowly the blob base fee follows the excess
 */
public record BlobParameters(int target, int max, long updateFraction) {
  /** EIP-4844. */
  public static final BlobParameters CANCUN = new BlobParameters(3, 6, 3_338_477);

  /** EIP-7691. */
  public static final BlobParameters PRAGUE = new BlobParameters(6, 9, 5_007_716);

  /** More than any block could carry in its blob gas. */
  public static final int MAX_BLOBS = 1 << 16;

  public BlobParameters {
    if (target < 0 || max < target || max > MAX_BLOBS || updateFraction <= 0) {
      throw new IllegalArgumentException("not the parameters of blobs");
    }
  }
}
