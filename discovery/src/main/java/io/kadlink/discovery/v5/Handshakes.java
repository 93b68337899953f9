package io.kadlink.discovery.v5;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.table.LocalNode;
import io.kadlink.discovery.v5.KeyAgreement.SessionKeys;
import io.kadlink.identity.InvalidRecordException;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.NodeRecord;
import io.kadlink.identity.PublicKey;
import io.kadlink.identity.crypto.InvalidCurveInputException;
import io.kadlink.identity.crypto.Secp256k1;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.jspecify.annotations.Nullable;

/**
 * Both sides of the handshake (discv5-theory, Handshake Steps), each in one step: the initiator
 * answers a challenge, the recipient checks the answer to its own.
 */
final class Handshakes {
  private final Loop loop;
  private final LocalNode local;
  private final PacketCodec codec;
  private final Randomness random;

  /** A session that we initiated, and the packet that tells the other of it. */
  record Initiated(Session session, Bytes datagram) {}

  /** A session that the other initiated, and its first message. */
  record Accepted(Session session, Message message) {}

  Handshakes(Loop loop, LocalNode local, PacketCodec codec, Randomness random) {
    this.loop = loop;
    this.local = local;
    this.codec = codec;
    this.random = random;
  }

  /** Answers a challenge of {@code contact}, with a message. */
  Initiated initiate(Packet.WhoAreYou challenge, Contact contact, byte[] message) {
    Remote remote = new Remote(contact.id(), contact.udp());
    NodeKey ephemeral = ephemeralKey();
    Bytes ephemeralPublic = ephemeral.publicKey().compressed();
    Bytes32 digest =
        KeyAgreement.idSignatureDigest(challenge.challengeData(), ephemeralPublic, contact.id());
    Bytes signature = local.signer().sign(digest).withoutRecoveryId();
    SessionKeys keys =
        KeyAgreement.derive(
            ephemeral.ecdhCompressed(contact.publicKey()),
            local.id(),
            contact.id(),
            challenge.challengeData());
    Session session =
        new Session(remote, contact, keys.initiatorKey(), keys.recipientKey(), loop.nanoTime());
    NodeRecord record = local.record();
    boolean wanted = Long.compareUnsigned(challenge.enrSeq(), record.seq()) < 0;
    byte[] datagram =
        codec.handshake(
            contact.id(),
            random.nextIv(),
            session.nextNonce(random),
            signature,
            ephemeralPublic,
            wanted ? record.encode() : Bytes.EMPTY,
            message,
            session.writing());
    return new Initiated(session, Bytes.wrap(datagram));
  }

  /** Checks the answer to a challenge of ours: record, signature, then the keys themselves. */
  Accepted accept(Packet.Handshake packet, Remote from, Challenges.Challenge challenge)
      throws BadPacketException {
    NodeRecord record = newest(challenge.record(), sent(packet, from));
    PublicKey key = record.publicKey();
    Bytes32 digest =
        KeyAgreement.idSignatureDigest(challenge.data(), packet.ephemeralKey(), local.id());
    if (!key.verify(digest, packet.idSignature())) {
      throw new BadPacketException(DropReason.BAD_SIGNATURE);
    }
    Bytes secret = local.signer().ecdhCompressed(ephemeralKey(packet));
    SessionKeys keys = KeyAgreement.derive(secret, key.id(), local.id(), challenge.data());
    Contact contact = Contact.of(record, from.udp());
    Session session =
        new Session(
            new Remote(key.id(), from.udp()),
            contact,
            keys.recipientKey(),
            keys.initiatorKey(),
            loop.nanoTime());
    byte[] plaintext = session.open(packet.message(), packet.nonce());
    if (plaintext == null) {
      throw new BadPacketException(DropReason.UNDECRYPTABLE);
    }
    return new Accepted(session, MessageCodec.decode(plaintext));
  }

  private static @Nullable NodeRecord sent(Packet.Handshake packet, Remote from)
      throws BadPacketException {
    if (packet.record().isEmpty()) {
      return null;
    }
    try {
      NodeRecord record = NodeRecord.decode(packet.record());
      if (record.id().equals(from.id())) {
        return record;
      }
    } catch (InvalidRecordException e) {
      // told below
    }
    throw new BadPacketException(DropReason.BAD_RECORD);
  }

  private static NodeRecord newest(Optional<NodeRecord> known, @Nullable NodeRecord sent)
      throws BadPacketException {
    if (sent == null) {
      return known.orElseThrow(() -> new BadPacketException(DropReason.MISSING_RECORD));
    }
    return known.filter(record -> Long.compareUnsigned(record.seq(), sent.seq()) > 0).orElse(sent);
  }

  private static PublicKey ephemeralKey(Packet.Handshake packet) throws BadPacketException {
    try {
      return PublicKey.ofCompressed(packet.ephemeralKey());
    } catch (InvalidCurveInputException e) {
      throw new BadPacketException(DropReason.BAD_KEY);
    }
  }

  private NodeKey ephemeralKey() {
    byte[] secret;
    do {
      secret = random.nextBytes(Secp256k1.SCALAR_BYTES);
    } while (!Secp256k1.get().isValidPrivateKey(secret));
    return NodeKey.of(Bytes32.wrap(secret));
  }
}
