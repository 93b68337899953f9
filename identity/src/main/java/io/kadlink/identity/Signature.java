package io.kadlink.identity;

import io.kadlink.identity.crypto.Secp256k1;
import org.apache.tuweni.bytes.Bytes;

/**
 * A secp256k1 signature with recovery id.
 *
 * @param bytes 65 bytes: {@code r || s || v}, {@code v} being 0 or 1
 */
public record Signature(Bytes bytes) {
  public Signature {
    if (bytes.size() != Secp256k1.SIGNATURE_BYTES) {
      throw new IllegalArgumentException("a signature has 65 bytes, not " + bytes.size());
    }
  }

  /** {@code r || s}, 64 bytes: the form ENRs and discv5 use. */
  public Bytes withoutRecoveryId() {
    return bytes.slice(0, 64);
  }

  public Bytes r() {
    return bytes.slice(0, 32);
  }

  public Bytes s() {
    return bytes.slice(32, 32);
  }

  /** 0 or 1. */
  public int recoveryId() {
    return bytes.get(64);
  }
}
