package io.kadlink.discovery.v5;

import io.kadlink.identity.NodeId;
import org.apache.tuweni.bytes.Bytes;

/** A discv5 packet with its header unmasked (discv5-wire, Packet Encoding). */
public sealed interface Packet {

  /** In a WHOAREYOU the nonce of the packet it answers, else the packet's own. */
  Nonce nonce();

  /**
   * A message, or random bytes from someone who has no session with us.
   *
   * @param source who says to have sent it
   */
  record Ordinary(NodeId source, Nonce nonce, SealedMessage message) implements Packet {
    static final int FLAG = 0;
    static final int AUTH_BYTES = 32;
  }

  /**
   * Asks the sender of a packet that could not be read to prove who it is.
   *
   * @param enrSeq sequence number of the record that the asker has of the asked, 0 without one
   * @param challengeData the whole unmasked packet, {@value #CHALLENGE_BYTES} bytes, which goes
   *     into signature and keys
   */
  record WhoAreYou(Nonce nonce, long enrSeq, Bytes challengeData) implements Packet {
    static final int FLAG = 1;
    static final int ID_NONCE_BYTES = 16;
    static final int AUTH_BYTES = ID_NONCE_BYTES + Long.BYTES;

    /** {@code masking-iv || static-header || authdata}. */
    public static final int CHALLENGE_BYTES =
        PacketCodec.IV_BYTES + PacketCodec.STATIC_BYTES + AUTH_BYTES;

    public Bytes idNonce() {
      return challengeData.slice(PacketCodec.AUTH_OFFSET, ID_NONCE_BYTES);
    }
  }

  /**
   * Answers a WHOAREYOU, with the first message of the new session.
   *
   * @param source who says to have sent it
   * @param idSignature 64 bytes, proof of the static key
   * @param ephemeralKey 33 bytes, a compressed point if all is well
   * @param record the sender's record as RLP, empty when it thinks that we have it; not verified
   */
  record Handshake(
      NodeId source,
      Nonce nonce,
      Bytes idSignature,
      Bytes ephemeralKey,
      Bytes record,
      SealedMessage message)
      implements Packet {
    static final int FLAG = 2;

    /** Of the only identity scheme, "v4". */
    static final int SIGNATURE_BYTES = 64;

    static final int KEY_BYTES = 33;

    static final int AUTH_HEAD_BYTES = 32 + 1 + 1;

    /** Without the record. */
    static final int MIN_AUTH_BYTES = AUTH_HEAD_BYTES + SIGNATURE_BYTES + KEY_BYTES;
  }

  /**
   * An encrypted message, still in its datagram.
   *
   * @param datagram the packet with its header unmasked
   * @param offset where the message begins; everything before is authenticated with it
   */
  record SealedMessage(Bytes datagram, int offset) {}
}
