package io.kadlink.rlpx.handshake;

import io.kadlink.identity.PublicKey;
import io.kadlink.identity.Signature;
import org.apache.tuweni.bytes.Bytes32;

/** What the two handshake packets hold (rlpx.md §Initial Handshake). */
sealed interface HandshakeMessage {

  /** The version both packets carry. Differences are ignored (EIP-8). */
  int VERSION = 4;

  /**
   * The initiator's.
   *
   * @param signature by the ephemeral key, over {@code static-shared-secret ^ nonce}
   */
  record Auth(Signature signature, PublicKey initiator, Bytes32 nonce)
      implements HandshakeMessage {}

  /** The recipient's. */
  record Ack(PublicKey ephemeralKey, Bytes32 nonce) implements HandshakeMessage {}
}
