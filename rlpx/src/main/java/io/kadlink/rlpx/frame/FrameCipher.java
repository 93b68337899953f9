package io.kadlink.rlpx.frame;

import io.netty.util.concurrent.FastThreadLocal;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** The AES-256-CTR key stream of one direction, running from zero over all its frames. */
final class FrameCipher {
  /**
   * The most bytes to hand over at a time: above it the JDK's compiled AES is left for a path
   * twenty times slower.
   */
  static final int PIECE_BYTES = 8 * 1024;

  private static final FastThreadLocal<byte[]> PIECE =
      new FastThreadLocal<>() {
        @Override
        protected byte[] initialValue() {
          return new byte[PIECE_BYTES];
        }
      };

  private final Cipher aes;

  /**
   * @param aesSecret 32 bytes
   */
  FrameCipher(byte[] aesSecret) {
    try {
      aes = Cipher.getInstance("AES/CTR/NoPadding");
      // One key stream both ways is the protocol's; the key itself is used for one session only.
      aes.init(
          Cipher.ENCRYPT_MODE,
          new SecretKeySpec(aesSecret, "AES"),
          new IvParameterSpec(new byte[FrameMac.BYTES]));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has AES", e);
    }
  }

  /** Encrypts or decrypts at most {@link #PIECE_BYTES} from one array into another. */
  void apply(byte[] in, int inOffset, int length, byte[] out, int outOffset) {
    try {
      aes.update(in, inOffset, length, out, outOffset);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a stream cipher's output is as long as its input", e);
    }
  }

  /** This thread's array of {@link #PIECE_BYTES} for ciphertext on its way. */
  static byte[] piece() {
    return PIECE.get();
  }
}
