package io.kadlink.identity.crypto;

import fr.acinq.secp256k1.Secp256k1Exception;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.Arrays;
import org.bouncycastle.util.BigIntegers;

/**
 * secp256k1 on libsecp256k1 through JNI: two to four times as fast as Bouncy Castle.
 *
 * <p>Two things devp2p needs are missing in the binding and made from its other operations:
 *
 * <ul>
 *   <li>The recovery id of a signature. {@code (z + r d) / s} is the nonce that belongs to the
 *       final, low-s signature; the parity of its point is the recovery id. One more multiplication
 *       of the generator is cheaper than trying a recovery. Everything secret stays in
 *       libsecp256k1's constant-time scalar operations; only r, s and z, which are public, are
 *       handled here.
 *   <li>ECDH without a hash on top: the library's own returns SHA-256 of the point. Its bare point
 *       multiplication takes time that depends on the scalar, so the key is split at random into
 *       two ({@code d = b + (d - b)}), the point multiplied with each, and the products added.
 * </ul>
 */
final class NativeSecp256k1 implements Secp256k1 {
  private static final byte UNCOMPRESSED = 4;
  private static final BigInteger N =
      new BigInteger("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16);

  private final fr.acinq.secp256k1.Secp256k1 library;
  private final SecureRandom blinding = new SecureRandom();

  /**
   * @throws RuntimeException or LinkageError of many kinds when the library does not load or work
   */
  NativeSecp256k1() {
    library = fr.acinq.secp256k1.Secp256k1.get();
    byte[] one = new byte[SCALAR_BYTES];
    one[SCALAR_BYTES - 1] = 1;
    if (!isValidPublicKey(publicKey(one))) {
      throw new IllegalStateException("the native secp256k1 library computes nonsense");
    }
  }

  @Override
  public String name() {
    return "native";
  }

  @Override
  public boolean isValidPrivateKey(byte[] scalar) {
    return scalar.length == SCALAR_BYTES && CurveChecks.isScalar(scalar, 0);
  }

  @Override
  public boolean isValidPublicKey(byte[] publicKey) {
    if (publicKey.length != PUBLIC_KEY_BYTES
        || !CurveChecks.isFieldElement(publicKey, 0)
        || !CurveChecks.isFieldElement(publicKey, SCALAR_BYTES)) {
      return false;
    }
    try {
      library.pubkeyParse(prefixed(publicKey));
      return true;
    } catch (Secp256k1Exception e) {
      return false;
    }
  }

  @Override
  public byte[] publicKey(byte[] privateKey) {
    CurveChecks.requirePrivateKey(privateKey);
    return withoutPrefix(library.pubkeyCreate(privateKey));
  }

  @Override
  public byte[] sign(byte[] digest, byte[] privateKey) {
    CurveChecks.requireDigest(digest);
    CurveChecks.requirePrivateKey(privateKey);
    byte[] rs = library.sign(digest, privateKey);
    byte[] r = Arrays.copyOf(rs, SCALAR_BYTES);
    byte[] nonce = library.privKeyTweakMul(privateKey, r);
    nonce = library.privKeyTweakAdd(nonce, reduced(digest));
    nonce = library.privKeyTweakMul(nonce, inverse(rs, SCALAR_BYTES));
    byte[] point = library.pubkeyCreate(nonce);
    // Fails only for a fault in the computation, or an X above n, which nobody has ever seen.
    if (!Arrays.equals(point, 1, 1 + SCALAR_BYTES, r, 0, SCALAR_BYTES)) {
      throw new IllegalStateException("a signature does not match its nonce point");
    }
    byte[] signature = Arrays.copyOf(rs, SIGNATURE_BYTES);
    signature[SIGNATURE_BYTES - 1] = (byte) (point[PUBLIC_KEY_BYTES] & 1);
    return signature;
  }

  @Override
  public byte[] recover(byte[] digest, byte[] signature) {
    CurveChecks.requireDigest(digest);
    CurveChecks.requireRecoverable(signature);
    byte[] rs = Arrays.copyOf(signature, 2 * SCALAR_BYTES);
    try {
      return withoutPrefix(library.ecdsaRecover(rs, digest, signature[SIGNATURE_BYTES - 1]));
    } catch (Secp256k1Exception e) {
      throw CurveChecks.notRecoverable();
    }
  }

  @Override
  public boolean verify(byte[] digest, byte[] signature64, byte[] publicKey) {
    CurveChecks.requireDigest(digest);
    CurveChecks.requireLength("a signature", signature64, 2 * SCALAR_BYTES);
    byte[] key = requirePoint(publicKey);
    return CurveChecks.hasScalarsInRange(signature64)
        && CurveChecks.isLow(signature64, SCALAR_BYTES)
        && library.verify(signature64, digest, key);
  }

  @Override
  public byte[] ecdhX(byte[] privateKey, byte[] publicKey) {
    return Arrays.copyOfRange(multiply(privateKey, publicKey), 1, 1 + SCALAR_BYTES);
  }

  @Override
  public byte[] ecdhCompressed(byte[] privateKey, byte[] publicKey) {
    return compressed(multiply(privateKey, publicKey));
  }

  @Override
  public byte[] compress(byte[] publicKey) {
    return compressed(requirePoint(publicKey));
  }

  @Override
  public byte[] decompress(byte[] compressed) {
    CurveChecks.requireCompressed(compressed);
    try {
      return withoutPrefix(library.pubkeyParse(compressed));
    } catch (Secp256k1Exception e) {
      throw CurveChecks.notAPoint();
    }
  }

  /** 65 bytes with prefix. */
  private byte[] multiply(byte[] privateKey, byte[] publicKey) {
    CurveChecks.requirePrivateKey(privateKey);
    byte[] point = requirePoint(publicKey);
    byte[] first = new byte[SCALAR_BYTES];
    do {
      blinding.nextBytes(first);
    } while (!isValidPrivateKey(first) || Arrays.equals(first, privateKey));
    byte[] second = library.privKeyTweakAdd(privateKey, library.privKeyNegate(first));
    return library.pubKeyCombine(
        new byte[][] {library.pubKeyTweakMul(point, first), library.pubKeyTweakMul(point, second)});
  }

  /** The key with prefix, 65 bytes, once the library has taken it for a point. */
  private byte[] requirePoint(byte[] publicKey) {
    CurveChecks.requireLength("a public key", publicKey, PUBLIC_KEY_BYTES);
    try {
      return library.pubkeyParse(prefixed(publicKey));
    } catch (Secp256k1Exception e) {
      throw CurveChecks.notAPoint();
    }
  }

  private static byte[] prefixed(byte[] publicKey) {
    byte[] result = new byte[1 + PUBLIC_KEY_BYTES];
    result[0] = UNCOMPRESSED;
    System.arraycopy(publicKey, 0, result, 1, PUBLIC_KEY_BYTES);
    return result;
  }

  private static byte[] withoutPrefix(byte[] uncompressed) {
    return Arrays.copyOfRange(uncompressed, 1, 1 + PUBLIC_KEY_BYTES);
  }

  private static byte[] compressed(byte[] uncompressed) {
    byte[] result = Arrays.copyOf(uncompressed, COMPRESSED_BYTES);
    result[0] = (byte) (2 + (uncompressed[PUBLIC_KEY_BYTES] & 1));
    return result;
  }

  /** A digest mod n: the library refuses a tweak that is not below n. */
  private static byte[] reduced(byte[] digest) {
    BigInteger z = new BigInteger(1, digest);
    return z.compareTo(N) < 0
        ? digest
        : BigIntegers.asUnsignedByteArray(SCALAR_BYTES, z.subtract(N));
  }

  private static byte[] inverse(byte[] bytes, int offset) {
    BigInteger scalar = new BigInteger(1, bytes, offset, SCALAR_BYTES);
    return BigIntegers.asUnsignedByteArray(SCALAR_BYTES, BigIntegers.modOddInverseVar(N, scalar));
  }
}
