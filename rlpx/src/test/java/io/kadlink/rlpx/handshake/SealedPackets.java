package io.kadlink.rlpx.handshake;

import io.kadlink.identity.PublicKey;
import java.util.random.RandomGenerator;
import org.apache.tuweni.bytes.Bytes;

/** Handshake packets with any body, for tests: well encrypted, whatever they say. */
public final class SealedPackets {
  private SealedPackets() {}

  public static byte[] seal(byte[] body, PublicKey recipient, RandomGenerator random) {
    int size = Ecies.OVERHEAD_BYTES + body.length;
    byte[] prefix = {(byte) (size >> 8), (byte) size};
    byte[] encrypted = Ecies.encrypt(recipient, body, prefix, random);
    return Bytes.concatenate(Bytes.wrap(prefix), Bytes.wrap(encrypted)).toArrayUnsafe();
  }
}
