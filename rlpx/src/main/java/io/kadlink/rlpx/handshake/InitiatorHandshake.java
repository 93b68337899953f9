package io.kadlink.rlpx.handshake;

import io.kadlink.identity.NodeKey;
import io.kadlink.identity.PublicKey;
import io.kadlink.identity.Signer;
import io.kadlink.rlpx.handshake.HandshakeMessage.Ack;
import io.kadlink.rlpx.handshake.HandshakeMessage.Auth;
import io.kadlink.rlpx.wire.ProtocolViolation;
import java.util.random.RandomGenerator;
import org.apache.tuweni.bytes.Bytes32;

/**
 * The side that dials: sends {@link #auth()}, then {@link #complete completes} with the ack. One
 * handshake each; both steps are plain computation and may run on any thread, one after the other.
 */
public final class InitiatorHandshake {
  private final Signer signer;
  private final PublicKey remote;
  private final NodeKey ephemeral;
  private final Bytes32 nonce;
  private final byte[] auth;

  /**
   * Makes the auth packet.
   *
   * @param signer this node
   * @param remote who must answer
   * @param random unpredictable, unless the whole network is simulated
   */
  public InitiatorHandshake(Signer signer, PublicKey remote, RandomGenerator random) {
    this(
        signer,
        remote,
        RandomKeys.nodeKey(random),
        Bytes32.wrap(RandomKeys.bytes(random, Bytes32.SIZE)),
        random);
  }

  private InitiatorHandshake(
      Signer signer, PublicKey remote, NodeKey ephemeral, Bytes32 nonce, RandomGenerator random) {
    this.signer = signer;
    this.remote = remote;
    this.ephemeral = ephemeral;
    this.nonce = nonce;
    Bytes32 proof = signer.ecdhX(remote).xor(nonce);
    this.auth =
        HandshakeCodec.seal(
            new Auth(ephemeral.sign(proof), signer.publicKey(), nonce), remote, random);
  }

  /** With everything known, for test vectors: {@code auth} is what went out. */
  InitiatorHandshake(
      Signer signer, PublicKey remote, NodeKey ephemeral, Bytes32 nonce, byte[] auth) {
    this.signer = signer;
    this.remote = remote;
    this.ephemeral = ephemeral;
    this.nonce = nonce;
    this.auth = auth.clone();
  }

  /** The first packet, to be written at once. */
  public byte[] auth() {
    return auth.clone();
  }

  /**
   * Takes the recipient's packet, its size included.
   *
   * @throws ProtocolViolation when it is not a valid ack for us
   */
  public HandshakeResult complete(byte[] packet) throws ProtocolViolation {
    Ack ack = HandshakeCodec.openAck(packet, signer);
    return new HandshakeResult(
        remote,
        KeyDerivation.derive(
            ephemeral, ack.ephemeralKey(), true, nonce, ack.nonce(), auth, packet));
  }
}
