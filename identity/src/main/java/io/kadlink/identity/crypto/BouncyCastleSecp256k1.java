package io.kadlink.identity.crypto;

import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.Arrays;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.signers.HMacDSAKCalculator;
import org.bouncycastle.math.ec.ECAlgorithms;
import org.bouncycastle.math.ec.ECCurve;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;
import org.bouncycastle.util.BigIntegers;

/**
 * secp256k1 on Bouncy Castle: runs everywhere.
 *
 * <p>ECDSA is written out here on Bouncy Castle's curve, because its own signer hides the nonce
 * point, whose parity is the recovery id. Multiplying a peer's point takes time that depends on the
 * scalar, so the private key is split into two random halves first ({@code d = b + (d - b)}).
 */
final class BouncyCastleSecp256k1 implements Secp256k1 {
  private static final X9ECParameters PARAMETERS = CustomNamedCurves.getByName("secp256k1");
  private static final ECCurve CURVE = PARAMETERS.getCurve();
  private static final ECPoint G = PARAMETERS.getG();
  private static final BigInteger N = PARAMETERS.getN();

  private final SecureRandom blinding = new SecureRandom();

  @Override
  public String name() {
    return "bouncycastle";
  }

  @Override
  public boolean isValidPrivateKey(byte[] scalar) {
    return scalar.length == SCALAR_BYTES && CurveChecks.isScalar(scalar, 0);
  }

  @Override
  public boolean isValidPublicKey(byte[] publicKey) {
    return publicKey.length == PUBLIC_KEY_BYTES
        && CurveChecks.isFieldElement(publicKey, 0)
        && CurveChecks.isFieldElement(publicKey, SCALAR_BYTES)
        && toPoint(publicKey).isValid();
  }

  @Override
  public byte[] publicKey(byte[] privateKey) {
    CurveChecks.requirePrivateKey(privateKey);
    return uncompressed(timesG(new BigInteger(1, privateKey)));
  }

  @Override
  public byte[] sign(byte[] digest, byte[] privateKey) {
    CurveChecks.requireDigest(digest);
    CurveChecks.requirePrivateKey(privateKey);
    BigInteger d = new BigInteger(1, privateKey);
    BigInteger z = new BigInteger(1, digest);
    HMacDSAKCalculator nonces = new HMacDSAKCalculator(new SHA256Digest());
    nonces.init(N, d, digest);
    while (true) {
      BigInteger k = nonces.nextK();
      ECPoint point = timesG(k).normalize();
      BigInteger r = point.getAffineXCoord().toBigInteger();
      if (r.signum() == 0 || r.compareTo(N) >= 0) {
        continue; // an X past n would need a recovery id of 2 or 3
      }
      BigInteger s = BigIntegers.modOddInverse(N, k).multiply(z.add(d.multiply(r))).mod(N);
      if (s.signum() == 0) {
        continue;
      }
      boolean odd = point.getAffineYCoord().testBitZero();
      BigInteger negated = N.subtract(s);
      boolean high = s.compareTo(negated) > 0;
      byte[] signature = new byte[SIGNATURE_BYTES];
      BigIntegers.asUnsignedByteArray(r, signature, 0, SCALAR_BYTES);
      BigIntegers.asUnsignedByteArray(high ? negated : s, signature, SCALAR_BYTES, SCALAR_BYTES);
      signature[SIGNATURE_BYTES - 1] = (byte) (odd ^ high ? 1 : 0);
      return signature;
    }
  }

  @Override
  public byte[] recover(byte[] digest, byte[] signature) {
    CurveChecks.requireDigest(digest);
    CurveChecks.requireRecoverable(signature);
    byte[] compressed = new byte[COMPRESSED_BYTES];
    compressed[0] = (byte) (2 + signature[SIGNATURE_BYTES - 1]);
    System.arraycopy(signature, 0, compressed, 1, SCALAR_BYTES);
    ECPoint point;
    try {
      point = CURVE.decodePoint(compressed);
    } catch (IllegalArgumentException e) {
      throw CurveChecks.notRecoverable();
    }
    BigInteger r = scalar(signature, 0);
    BigInteger s = scalar(signature, SCALAR_BYTES);
    BigInteger inverse = BigIntegers.modOddInverseVar(N, r);
    BigInteger u1 = new BigInteger(1, digest).negate().multiply(inverse).mod(N);
    BigInteger u2 = s.multiply(inverse).mod(N);
    ECPoint key = ECAlgorithms.sumOfTwoMultiplies(G, u1, point, u2);
    if (key.isInfinity()) {
      throw CurveChecks.notRecoverable();
    }
    return uncompressed(key);
  }

  @Override
  public boolean verify(byte[] digest, byte[] signature64, byte[] publicKey) {
    CurveChecks.requireDigest(digest);
    CurveChecks.requireLength("a signature", signature64, 2 * SCALAR_BYTES);
    ECPoint key = requirePoint(publicKey);
    if (!CurveChecks.hasScalarsInRange(signature64)
        || !CurveChecks.isLow(signature64, SCALAR_BYTES)) {
      return false;
    }
    BigInteger r = scalar(signature64, 0);
    BigInteger inverse = BigIntegers.modOddInverseVar(N, scalar(signature64, SCALAR_BYTES));
    BigInteger u1 = new BigInteger(1, digest).multiply(inverse).mod(N);
    BigInteger u2 = r.multiply(inverse).mod(N);
    ECPoint point = ECAlgorithms.sumOfTwoMultiplies(G, u1, key, u2);
    return !point.isInfinity()
        && point.normalize().getAffineXCoord().toBigInteger().mod(N).equals(r);
  }

  @Override
  public byte[] ecdhX(byte[] privateKey, byte[] publicKey) {
    return multiply(privateKey, publicKey).getAffineXCoord().getEncoded();
  }

  @Override
  public byte[] ecdhCompressed(byte[] privateKey, byte[] publicKey) {
    return multiply(privateKey, publicKey).getEncoded(true);
  }

  @Override
  public byte[] compress(byte[] publicKey) {
    return requirePoint(publicKey).getEncoded(true);
  }

  @Override
  public byte[] decompress(byte[] compressed) {
    CurveChecks.requireCompressed(compressed);
    try {
      return uncompressed(CURVE.decodePoint(compressed));
    } catch (IllegalArgumentException e) {
      throw CurveChecks.notAPoint();
    }
  }

  private ECPoint multiply(byte[] privateKey, byte[] publicKey) {
    CurveChecks.requirePrivateKey(privateKey);
    ECPoint point = requirePoint(publicKey);
    BigInteger first = BigIntegers.createRandomInRange(BigInteger.ONE, N, blinding);
    BigInteger second = new BigInteger(1, privateKey).subtract(first).mod(N);
    return ECAlgorithms.sumOfTwoMultiplies(point, first, point, second).normalize();
  }

  private ECPoint requirePoint(byte[] publicKey) {
    CurveChecks.requireLength("a public key", publicKey, PUBLIC_KEY_BYTES);
    if (!isValidPublicKey(publicKey)) {
      throw CurveChecks.notAPoint();
    }
    return toPoint(publicKey);
  }

  /** Coordinates must be below p; says nothing about the curve equation. */
  private static ECPoint toPoint(byte[] publicKey) {
    return CURVE.createPoint(scalar(publicKey, 0), scalar(publicKey, SCALAR_BYTES));
  }

  private static ECPoint timesG(BigInteger scalar) {
    return new FixedPointCombMultiplier().multiply(G, scalar);
  }

  private static BigInteger scalar(byte[] bytes, int offset) {
    return new BigInteger(1, bytes, offset, SCALAR_BYTES);
  }

  private static byte[] uncompressed(ECPoint point) {
    return Arrays.copyOfRange(point.getEncoded(false), 1, 1 + PUBLIC_KEY_BYTES);
  }
}
