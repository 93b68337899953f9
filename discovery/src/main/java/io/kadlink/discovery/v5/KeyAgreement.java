package io.kadlink.discovery.v5;

import io.kadlink.identity.NodeId;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;

/** What both sides of a handshake compute (discv5-theory, Handshake Steps). */
public final class KeyAgreement {
  private static final Bytes SIGNATURE_TEXT = ascii("discovery v5 identity proof");
  private static final Bytes KDF_TEXT = ascii("discovery v5 key agreement");
  private static final String HMAC = "HmacSHA256";

  /** HKDF-Expand numbers its blocks of 32 bytes; one is just enough for two keys. */
  private static final byte FIRST_BLOCK = 1;

  private KeyAgreement() {}

  /**
   * The keys of a session, 16 bytes each.
   *
   * @param initiatorKey encrypts what the initiator sends, who answered the challenge
   * @param recipientKey encrypts what the other sends
   */
  public record SessionKeys(Bytes initiatorKey, Bytes recipientKey) {}

  /**
   * Derives the session keys.
   *
   * @param secret the compressed point of static and ephemeral key, 33 bytes
   */
  public static SessionKeys derive(
      Bytes secret, NodeId initiator, NodeId recipient, Bytes challengeData) {
    try {
      Mac hmac = Mac.getInstance(HMAC);
      hmac.init(new SecretKeySpec(challengeData.toArrayUnsafe(), HMAC));
      hmac.init(new SecretKeySpec(hmac.doFinal(secret.toArrayUnsafe()), HMAC));
      hmac.update(KDF_TEXT.toArrayUnsafe());
      hmac.update(initiator.bytes().toArrayUnsafe());
      hmac.update(recipient.bytes().toArrayUnsafe());
      hmac.update(FIRST_BLOCK);
      Bytes keys = Bytes.wrap(hmac.doFinal());
      return new SessionKeys(
          keys.slice(0, AesGcm.KEY_BYTES), keys.slice(AesGcm.KEY_BYTES, AesGcm.KEY_BYTES));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + HMAC, e);
    }
  }

  /** The digest that the initiator signs to prove its static key. */
  public static Bytes32 idSignatureDigest(
      Bytes challengeData, Bytes ephemeralKey, NodeId recipient) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(SIGNATURE_TEXT.toArrayUnsafe());
      sha256.update(challengeData.toArrayUnsafe());
      sha256.update(ephemeralKey.toArrayUnsafe());
      sha256.update(recipient.bytes().toArrayUnsafe());
      return Bytes32.wrap(sha256.digest());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static Bytes ascii(String text) {
    return Bytes.wrap(text.getBytes(StandardCharsets.US_ASCII));
  }
}
