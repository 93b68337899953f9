package io.kadlink.discovery.v5;

import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.apache.tuweni.bytes.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * One session key in one direction: AES-128-GCM. It keeps its cipher, because the JDK's takes half
 * the time when it is initialised with the key it had before. Confined to one thread.
 */
public final class AesGcm {
  /** AES-128. */
  public static final int KEY_BYTES = 16;

  /** The authentication tag behind every message. */
  public static final int TAG_BYTES = 16;

  private final SecretKeySpec key;
  private final byte[] nonceBytes = new byte[Nonce.BYTES];
  private @Nullable Cipher cipher;

  /** A key of {@link #KEY_BYTES} bytes. */
  public AesGcm(Bytes key) {
    this.key = new SecretKeySpec(key.toArrayUnsafe(), "AES");
  }

  /**
   * Encrypts {@code plaintext} to {@code packet} from {@code offset} on, where there is room for it
   * and the tag; what stands before is authenticated with it.
   */
  public void seal(byte[] packet, int offset, Nonce nonce, byte[] plaintext) {
    try {
      Cipher gcm = initialised(Cipher.ENCRYPT_MODE, nonce);
      gcm.updateAAD(packet, 0, offset);
      gcm.doFinal(plaintext, 0, plaintext.length, packet, offset);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Decrypts; null when the message was not sealed with this key, nonce and header. */
  public byte @Nullable [] open(byte[] packet, int offset, Nonce nonce) {
    if (packet.length - offset < TAG_BYTES) {
      return null;
    }
    try {
      Cipher gcm = initialised(Cipher.DECRYPT_MODE, nonce);
      gcm.updateAAD(packet, 0, offset);
      return gcm.doFinal(packet, offset, packet.length - offset);
    } catch (AEADBadTagException e) {
      return null;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private Cipher initialised(int mode, Nonce nonce) throws GeneralSecurityException {
    Cipher gcm = cipher;
    if (gcm == null) {
      gcm = Cipher.getInstance("AES/GCM/NoPadding");
      cipher = gcm;
    }
    nonce.write(nonceBytes, 0);
    initialise(gcm, mode);
    return gcm;
  }

  private void initialise(Cipher gcm, int mode)
      throws InvalidKeyException, InvalidAlgorithmParameterException {
    gcm.init(mode, key, new GCMParameterSpec(TAG_BYTES * Byte.SIZE, nonceBytes));
  }
}
