package io.kadlink.identity.crypto;

import java.util.Objects;
import org.bouncycastle.crypto.digests.KeccakDigest;

/** Keccak-256 as Ethereum uses it (the original padding, not FIPS 202's SHA3-256). */
public final class Keccak256 {
  /** Bytes of a hash. */
  public static final int BYTES = 32;

  /** Half a kilobyte of state for each thread, so that a hash allocates nothing but its result. */
  private static final ThreadLocal<KeccakDigest> DIGEST =
      ThreadLocal.withInitial(() -> new KeccakDigest(8 * BYTES));

  private Keccak256() {}

  /** The 32-byte hash of {@code input}. */
  public static byte[] hash(byte[] input) {
    return hash(input, 0, input.length);
  }

  /**
   * The 32-byte hash of {@code length} bytes of {@code input} from {@code offset}.
   *
   * @throws IndexOutOfBoundsException when the input has no such bytes
   */
  public static byte[] hash(byte[] input, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, input.length);
    KeccakDigest digest = DIGEST.get();
    digest.update(input, offset, length);
    byte[] out = new byte[BYTES];
    digest.doFinal(out, 0); // also resets it
    return out;
  }
}
