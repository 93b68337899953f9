package io.kadlink.identity.crypto;

import java.util.Arrays;
import java.util.HexFormat;

/** The range and length checks every provider makes before it computes anything. */
final class CurveChecks {
  /** The group order n. */
  private static final byte[] ORDER =
      HexFormat.of().parseHex("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");

  /** n / 2: the largest s of a low-s signature. */
  private static final byte[] HALF_ORDER =
      HexFormat.of().parseHex("7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0");

  /** The field prime p: coordinates are below it. */
  private static final byte[] PRIME =
      HexFormat.of().parseHex("fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f");

  private CurveChecks() {}

  /** Whether the 32 bytes at {@code offset} are in {@code [1, n-1]}. */
  static boolean isScalar(byte[] bytes, int offset) {
    int any = 0;
    for (int i = 0; i < Secp256k1.SCALAR_BYTES; i++) {
      any |= bytes[offset + i];
    }
    return any != 0 && compare(bytes, offset, ORDER) < 0;
  }

  /** Whether the 32 bytes at {@code offset} are at most {@code n / 2}. */
  static boolean isLow(byte[] bytes, int offset) {
    return compare(bytes, offset, HALF_ORDER) <= 0;
  }

  /** Whether the 32 bytes at {@code offset} are below the field prime. */
  static boolean isFieldElement(byte[] bytes, int offset) {
    return compare(bytes, offset, PRIME) < 0;
  }

  /** Whether {@code r || s} at the start of {@code signature} are both in {@code [1, n-1]}. */
  static boolean hasScalarsInRange(byte[] signature) {
    return isScalar(signature, 0) && isScalar(signature, Secp256k1.SCALAR_BYTES);
  }

  static void requirePrivateKey(byte[] key) {
    requireLength("a private key", key, Secp256k1.SCALAR_BYTES);
    if (!isScalar(key, 0)) {
      throw new InvalidCurveInputException("a private key must be in [1, n-1]");
    }
  }

  static void requireDigest(byte[] digest) {
    requireLength("a digest", digest, Secp256k1.SCALAR_BYTES);
  }

  /** A 65-byte signature with r and s in range and v 0 or 1. */
  static void requireRecoverable(byte[] signature) {
    requireLength("a signature with recovery id", signature, Secp256k1.SIGNATURE_BYTES);
    if (!hasScalarsInRange(signature)) {
      throw new InvalidCurveInputException("a signature's r and s must be in [1, n-1]");
    }
    int v = signature[Secp256k1.SIGNATURE_BYTES - 1];
    if (v != 0 && v != 1) {
      throw new InvalidCurveInputException("a recovery id is 0 or 1, not " + (v & 0xff));
    }
  }

  static void requireCompressed(byte[] compressed) {
    requireLength("a compressed point", compressed, Secp256k1.COMPRESSED_BYTES);
    if (compressed[0] != 2 && compressed[0] != 3) {
      throw new InvalidCurveInputException("a compressed point starts with 02 or 03");
    }
    if (!isFieldElement(compressed, 1)) {
      throw new InvalidCurveInputException("a coordinate must be below the field prime");
    }
  }

  static void requireLength(String what, byte[] bytes, int length) {
    if (bytes.length != length) {
      throw new InvalidCurveInputException(what + " has " + length + " bytes, not " + bytes.length);
    }
  }

  static InvalidCurveInputException notAPoint() {
    return new InvalidCurveInputException("not a point on secp256k1");
  }

  static InvalidCurveInputException notRecoverable() {
    return new InvalidCurveInputException("no public key could have made this signature");
  }

  private static int compare(byte[] bytes, int offset, byte[] bound) {
    return Arrays.compareUnsigned(
        bytes, offset, offset + Secp256k1.SCALAR_BYTES, bound, 0, bound.length);
  }
}
