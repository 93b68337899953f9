package io.kadlink.rlpx.handshake;

import io.kadlink.identity.NodeKey;
import io.kadlink.identity.crypto.Secp256k1;
import java.util.random.RandomGenerator;
import org.apache.tuweni.bytes.Bytes32;

/** Ephemeral keys, nonces and padding out of the randomness that was handed in. */
final class RandomKeys {
  private RandomKeys() {}

  static byte[] bytes(RandomGenerator random, int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  static NodeKey nodeKey(RandomGenerator random) {
    byte[] secret;
    do {
      secret = bytes(random, Secp256k1.SCALAR_BYTES);
    } while (!Secp256k1.get().isValidPrivateKey(secret));
    return NodeKey.of(Bytes32.wrap(secret));
  }
}
