package io.kadlink.rlpx.handshake;

import io.kadlink.identity.PublicKey;
import io.kadlink.identity.Signer;
import io.kadlink.identity.crypto.Keccak256;
import io.kadlink.rlpx.frame.FrameKeys;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;

/**
 * The secrets both sides compute from what the handshake exchanged (rlpx.md §Initial Handshake).
 */
final class KeyDerivation {
  private KeyDerivation() {}

  /**
   * @param sent our handshake packet as it went out
   * @param received theirs as it came in
   */
  static FrameKeys derive(
      Signer ephemeral,
      PublicKey remoteEphemeral,
      boolean initiator,
      Bytes32 initiatorNonce,
      Bytes32 recipientNonce,
      byte[] sent,
      byte[] received) {
    Bytes32 agreed = ephemeral.ecdhX(remoteEphemeral);
    Bytes32 nonces = keccak(recipientNonce, initiatorNonce);
    Bytes32 shared = keccak(agreed, nonces);
    Bytes32 aes = keccak(agreed, shared);
    Bytes32 mac = keccak(agreed, aes);
    Bytes32 ours = initiator ? initiatorNonce : recipientNonce;
    Bytes32 theirs = initiator ? recipientNonce : initiatorNonce;
    return new FrameKeys(
        aes.toArrayUnsafe(),
        mac.toArrayUnsafe(),
        Bytes.concatenate(mac.xor(theirs), Bytes.wrap(sent)).toArrayUnsafe(),
        Bytes.concatenate(mac.xor(ours), Bytes.wrap(received)).toArrayUnsafe());
  }

  private static Bytes32 keccak(Bytes first, Bytes second) {
    return Bytes32.wrap(Keccak256.hash(Bytes.concatenate(first, second).toArrayUnsafe()));
  }
}
