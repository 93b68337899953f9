package io.kadlink.rlpx.handshake;

import io.kadlink.identity.NodeKey;
import io.kadlink.identity.PublicKey;
import io.kadlink.identity.Signer;
import io.kadlink.identity.crypto.InvalidCurveInputException;
import io.kadlink.rlpx.wire.ProtocolViolation;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.apache.tuweni.bytes.Bytes;

/**
 * RLPx's ECIES (rlpx.md §ECIES Encryption): an ephemeral key agrees with the recipient's on a
 * secret, the NIST SP 800-56 concatenation KDF makes an AES-128 and an HMAC-SHA256 key of it. A
 * message is {@code 0x04 || R || iv || c || d}.
 */
final class Ecies {
  /** An uncompressed point follows. */
  static final byte POINT_PREFIX = 0x04;

  static final int POINT_BYTES = 1 + PublicKey.BYTES;
  private static final int IV_BYTES = 16;
  private static final int TAG_BYTES = 32;
  private static final int AES_KEY_BYTES = 16;

  /** What encryption adds to a message. */
  static final int OVERHEAD_BYTES = POINT_BYTES + IV_BYTES + TAG_BYTES;

  /** The KDF hashes a counter before the secret; 32 bytes of key need its first round only. */
  private static final byte[] KDF_FIRST_ROUND = {0, 0, 0, 1};

  private Ecies() {}

  private record Keys(SecretKeySpec encryption, SecretKeySpec authentication) {}

  /**
   * Encrypts for {@code recipient}.
   *
   * @param authenticated covered by the tag, not part of the result
   */
  static byte[] encrypt(
      PublicKey recipient, byte[] message, byte[] authenticated, RandomGenerator random) {
    NodeKey ephemeral = RandomKeys.nodeKey(random);
    byte[] iv = RandomKeys.bytes(random, IV_BYTES);
    Keys keys = derive(ephemeral.ecdhX(recipient).toArrayUnsafe());

    byte[] out = new byte[OVERHEAD_BYTES + message.length];
    out[0] = POINT_PREFIX;
    byte[] point = ephemeral.publicKey().bytes().toArrayUnsafe();
    System.arraycopy(point, 0, out, 1, point.length);
    System.arraycopy(iv, 0, out, POINT_BYTES, IV_BYTES);
    byte[] ciphertext = aes(keys, iv, message);
    System.arraycopy(ciphertext, 0, out, POINT_BYTES + IV_BYTES, ciphertext.length);
    byte[] tag = tag(keys, out, 0, authenticated);
    System.arraycopy(tag, 0, out, out.length - TAG_BYTES, TAG_BYTES);
    return out;
  }

  /**
   * Decrypts the message in {@code packet} from {@code offset} to its end.
   *
   * @throws ProtocolViolation when it is too short, its point is not on the curve, or its tag is
   *     wrong: then it was not made for this key, or was changed on its way
   */
  static byte[] decrypt(Signer recipient, byte[] packet, int offset, byte[] authenticated)
      throws ProtocolViolation {
    if (packet.length - offset < OVERHEAD_BYTES || packet[offset] != POINT_PREFIX) {
      throw HandshakeRules.broken("ecies-malformed", "an encrypted packet that is none");
    }
    PublicKey point;
    try {
      point = PublicKey.of(Bytes.wrap(packet, offset + 1, PublicKey.BYTES).copy());
    } catch (InvalidCurveInputException e) {
      throw HandshakeRules.broken("ecies-point", "a packet whose ephemeral point is none", e);
    }
    Keys keys = derive(recipient.ecdhX(point).toArrayUnsafe());
    byte[] expected = tag(keys, packet, offset, authenticated);
    byte[] found = Arrays.copyOfRange(packet, packet.length - TAG_BYTES, packet.length);
    if (!MessageDigest.isEqual(expected, found)) {
      throw HandshakeRules.broken(
          "ecies-tag", "a packet that was not encrypted for our key, or was damaged");
    }
    int ivStart = offset + POINT_BYTES;
    byte[] iv = Arrays.copyOfRange(packet, ivStart, ivStart + IV_BYTES);
    return aes(keys, iv, Arrays.copyOfRange(packet, ivStart + IV_BYTES, packet.length - TAG_BYTES));
  }

  private static Keys derive(byte[] secret) {
    MessageDigest sha256 = sha256();
    sha256.update(KDF_FIRST_ROUND);
    byte[] material = sha256.digest(secret);
    byte[] macKey = sha256.digest(Arrays.copyOfRange(material, AES_KEY_BYTES, material.length));
    return new Keys(
        new SecretKeySpec(material, 0, AES_KEY_BYTES, "AES"),
        new SecretKeySpec(macKey, "HmacSHA256"));
  }

  private static byte[] aes(Keys keys, byte[] iv, byte[] input) {
    try {
      Cipher aes = Cipher.getInstance("AES/CTR/NoPadding");
      aes.init(Cipher.ENCRYPT_MODE, keys.encryption, new IvParameterSpec(iv));
      return aes.doFinal(input);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has AES", e);
    }
  }

  /** Over {@code iv || c || authenticated} of the message that starts at {@code offset}. */
  private static byte[] tag(Keys keys, byte[] packet, int offset, byte[] authenticated) {
    try {
      Mac hmac = Mac.getInstance("HmacSHA256");
      hmac.init(keys.authentication);
      int start = offset + POINT_BYTES;
      hmac.update(packet, start, packet.length - TAG_BYTES - start);
      return hmac.doFinal(authenticated);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HMAC-SHA256", e);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
