package io.kadlink.rlpx.frame;

import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/**
 * The running MAC of one direction (rlpx.md §MAC): a Keccak state that takes in every byte of
 * ciphertext, stirred with an AES block of itself at each header and each frame end.
 */
final class FrameMac {
  /** Bytes of a MAC on the wire, of a header, and of an AES block. */
  static final int BYTES = 16;

  private final KeccakSponge state = new KeccakSponge();
  private final Cipher aes;
  private final byte[] hash = new byte[BYTES];
  private final byte[] seed = new byte[BYTES];

  /**
   * @param macSecret 32 bytes
   * @param initial what the state starts from: {@code (mac-secret ^ nonce) || handshake packet}
   */
  FrameMac(byte[] macSecret, byte[] initial) {
    try {
      aes = Cipher.getInstance("AES/ECB/NoPadding");
      aes.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(macSecret, "AES"));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has AES", e);
    }
    state.update(initial, 0, initial.length);
  }

  /** Takes in a header's 16 bytes of ciphertext; its MAC goes to the start of {@code mac}. */
  void header(byte[] ciphertext, int offset, byte[] mac) {
    state.peek(hash, 0, BYTES);
    stir(ciphertext, offset, mac);
  }

  /** Takes in a piece of a frame's ciphertext. */
  void update(byte[] ciphertext, int offset, int length) {
    state.update(ciphertext, offset, length);
  }

  /** Ends a frame; its MAC goes to the start of {@code mac}. */
  void frame(byte[] mac) {
    state.peek(hash, 0, BYTES);
    stir(hash, 0, mac);
  }

  private void stir(byte[] with, int offset, byte[] mac) {
    try {
      aes.update(hash, 0, BYTES, seed, 0);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("an AES block fits its buffer", e);
    }
    for (int i = 0; i < BYTES; i++) {
      seed[i] ^= with[offset + i];
    }
    state.update(seed, 0, BYTES);
    state.peek(mac, 0, BYTES);
  }
}
