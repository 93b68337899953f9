package io.kadlink.rlpx.handshake;

import io.kadlink.identity.NodeKey;
import io.kadlink.identity.PublicKey;
import io.kadlink.identity.Signer;
import io.kadlink.identity.crypto.InvalidCurveInputException;
import io.kadlink.rlpx.handshake.HandshakeMessage.Ack;
import io.kadlink.rlpx.handshake.HandshakeMessage.Auth;
import io.kadlink.rlpx.wire.ProtocolViolation;
import java.util.random.RandomGenerator;
import org.apache.tuweni.bytes.Bytes32;

/**
 * The side that is dialed: {@link #answer answers} the auth packet. Plain computation; one object
 * serves any number of handshakes, on any thread if {@code random} allows it.
 */
public final class RecipientHandshake {
  private final Signer signer;
  private final RandomGenerator random;

  /**
   * @param signer this node
   * @param random unpredictable, unless the whole network is simulated
   */
  public RecipientHandshake(Signer signer, RandomGenerator random) {
    this.signer = signer;
    this.random = random;
  }

  /**
   * What to send back, and what is established by it.
   *
   * @param ack to be written at once, before the first frame
   */
  @SuppressWarnings("ArrayRecordComponent") // read once, never compared
  public record Answer(byte[] ack, HandshakeResult result) {}

  /**
   * Takes the initiator's packet, its size included.
   *
   * @throws ProtocolViolation when it is not a valid auth for us
   */
  public Answer answer(byte[] auth) throws ProtocolViolation {
    Auth message = HandshakeCodec.openAuth(auth, signer);
    NodeKey ephemeral = RandomKeys.nodeKey(random);
    Bytes32 nonce = Bytes32.wrap(RandomKeys.bytes(random, Bytes32.SIZE));
    byte[] ack =
        HandshakeCodec.seal(new Ack(ephemeral.publicKey(), nonce), message.initiator(), random);
    return new Answer(ack, establish(message, auth, ephemeral, nonce, ack));
  }

  HandshakeResult establish(Auth message, byte[] auth, NodeKey ephemeral, Bytes32 nonce, byte[] ack)
      throws ProtocolViolation {
    PublicKey remote = message.initiator();
    Bytes32 proof = signer.ecdhX(remote).xor(message.nonce());
    PublicKey remoteEphemeral;
    try {
      remoteEphemeral = PublicKey.recover(proof, message.signature());
    } catch (InvalidCurveInputException e) {
      throw HandshakeRules.broken("auth-signature", "an auth whose signature fits no key", e);
    }
    return new HandshakeResult(
        remote,
        KeyDerivation.derive(ephemeral, remoteEphemeral, false, message.nonce(), nonce, ack, auth));
  }
}
