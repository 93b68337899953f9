package io.kadlink.identity.crypto;

/**
 * The secp256k1 operations that devp2p needs, on plain byte arrays. All integers are big endian.
 *
 * <p>Public keys are 64 bytes, {@code x || y}, without the {@code 0x04} prefix. Private keys are 32
 * bytes in {@code [1, n-1]}. Signatures are 65 bytes, {@code r || s || v}, with {@code v} 0 or 1.
 *
 * <p>Every argument is checked before any arithmetic: a point that is not on the curve, a zero or
 * out-of-range scalar and a malformed encoding raise {@link InvalidCurveInputException}. No
 * argument is kept or modified. Implementations are stateless and may be used from any thread.
 */
public interface Secp256k1 {

  /** The system property that forces a provider by its {@link #name}. */
  String PROVIDER_PROPERTY = "kadlink.secp256k1";

  /** Bytes of a private key, a field element, an X coordinate, or a digest. */
  int SCALAR_BYTES = 32;

  /** Bytes of an uncompressed public key without prefix. */
  int PUBLIC_KEY_BYTES = 64;

  /** Bytes of a compressed point: {@code 0x02} or {@code 0x03}, then X. */
  int COMPRESSED_BYTES = 33;

  /** Bytes of a signature with recovery id. */
  int SIGNATURE_BYTES = 65;

  /** A short name for logs: {@code "native"} or {@code "bouncycastle"}. */
  String name();

  /** Whether {@code scalar} is 32 bytes in {@code [1, n-1]}. */
  boolean isValidPrivateKey(byte[] scalar);

  /** Whether {@code publicKey} is 64 bytes and a point on the curve. */
  boolean isValidPublicKey(byte[] publicKey);

  /** The 64-byte public key of {@code privateKey}. */
  byte[] publicKey(byte[] privateKey);

  /** Signs a 32-byte digest (RFC 6979 nonce, low s); returns 65 bytes. */
  byte[] sign(byte[] digest, byte[] privateKey);

  /**
   * Recovers the 64-byte public key from a 32-byte digest and a 65-byte signature.
   *
   * @throws InvalidCurveInputException when r, s or v are out of range or no point fits
   */
  byte[] recover(byte[] digest, byte[] signature);

  /**
   * Whether {@code signature64} ({@code r || s}, 64 bytes) is {@code publicKey}'s over {@code
   * digest}. High s, and r or s out of range, are refused (returns false).
   *
   * @throws InvalidCurveInputException when a length is wrong or the key is no point
   */
  boolean verify(byte[] digest, byte[] signature64, byte[] publicKey);

  /** The X coordinate, 32 bytes, of {@code privateKey * publicKey} (RLPx ECIES). */
  byte[] ecdhX(byte[] privateKey, byte[] publicKey);

  /** The compressed point, 33 bytes, of {@code privateKey * publicKey} (discv5). */
  byte[] ecdhCompressed(byte[] privateKey, byte[] publicKey);

  /** 64 bytes to 33. */
  byte[] compress(byte[] publicKey);

  /** 33 bytes to 64. */
  byte[] decompress(byte[] compressed);

  /**
   * The fastest provider that works on this machine, chosen once; the system property {@value
   * #PROVIDER_PROPERTY} overrides the choice.
   */
  static Secp256k1 get() {
    return Secp256k1Providers.BEST;
  }

  /**
   * A new instance of one provider, to compare them.
   *
   * @param name {@code "native"} or {@code "bouncycastle"}
   * @throws IllegalArgumentException when there is no such provider
   * @throws IllegalStateException when its library does not load on this machine
   */
  static Secp256k1 named(String name) {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("the provider's name is empty");
    }
    return Secp256k1Providers.choose(name);
  }
}
