package io.kadlink.identity;

import io.kadlink.identity.crypto.InvalidCurveInputException;
import io.kadlink.identity.crypto.Keccak256;
import io.kadlink.identity.crypto.Secp256k1;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;

/** A node's secp256k1 public key: a point known to be on the curve. Immutable. */
public final class PublicKey {
  /** Bytes of the uncompressed form without prefix: {@code x || y}. */
  public static final int BYTES = Secp256k1.PUBLIC_KEY_BYTES;

  private final Bytes bytes;
  private final NodeId id;

  private PublicKey(Bytes bytes) {
    this.bytes = bytes;
    this.id = new NodeId(Bytes32.wrap(Keccak256.hash(bytes.toArrayUnsafe())));
  }

  /**
   * A key from its 64-byte form.
   *
   * @throws InvalidCurveInputException when it is not 64 bytes or not on the curve
   */
  public static PublicKey of(Bytes bytes) {
    if (!Secp256k1.get().isValidPublicKey(bytes.toArrayUnsafe())) {
      throw new InvalidCurveInputException(
          "not a secp256k1 public key (64 bytes, a point on the curve): " + bytes);
    }
    return new PublicKey(bytes.copy());
  }

  /**
   * A key from its 33-byte compressed form.
   *
   * @throws InvalidCurveInputException when it is malformed or no point has that X
   */
  public static PublicKey ofCompressed(Bytes compressed) {
    return new PublicKey(Bytes.wrap(Secp256k1.get().decompress(compressed.toArrayUnsafe())));
  }

  /**
   * The key that made {@code signature} over {@code digest}.
   *
   * @throws InvalidCurveInputException when no key could have made it
   */
  public static PublicKey recover(Bytes32 digest, Signature signature) {
    return new PublicKey(
        Bytes.wrap(
            Secp256k1.get().recover(digest.toArrayUnsafe(), signature.bytes().toArrayUnsafe())));
  }

  /** Trusts that {@code bytes} came out of the curve library itself. */
  static PublicKey ofComputed(byte[] bytes) {
    return new PublicKey(Bytes.wrap(bytes));
  }

  /** Whether {@code signature64} ({@code r || s}) is this key's over {@code digest}. */
  public boolean verify(Bytes32 digest, Bytes signature64) {
    return Secp256k1.get()
        .verify(digest.toArrayUnsafe(), signature64.toArrayUnsafe(), bytes.toArrayUnsafe());
  }

  /** 64 bytes, {@code x || y}. */
  public Bytes bytes() {
    return bytes;
  }

  /** 33 bytes. */
  public Bytes compressed() {
    return Bytes.wrap(Secp256k1.get().compress(bytes.toArrayUnsafe()));
  }

  /** The node id: Keccak-256 of the 64 bytes. */
  public NodeId id() {
    return id;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PublicKey that && bytes.equals(that.bytes);
  }

  @Override
  public int hashCode() {
    return id.hashCode();
  }

  /** 128 hex digits, as in an enode URL. */
  @Override
  public String toString() {
    return bytes.toUnprefixedHexString();
  }
}
