package io.kadlink.discovery.v5;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.testing.Vectors;
import io.kadlink.discovery.v5.Message.Ping;
import io.kadlink.discovery.v5.Packet.Handshake;
import io.kadlink.discovery.v5.Packet.Ordinary;
import io.kadlink.discovery.v5.Packet.WhoAreYou;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.NodeRecord;
import io.kadlink.identity.PublicKey;
import java.util.Map;
import java.util.Objects;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.junit.jupiter.api.Test;

/** The specification's test vectors (discv5-wire-test-vectors.md), in both directions. */
class WireVectorsTest {
  private static final Map<String, Bytes> VECTORS = Vectors.read("discv5-wire-test-vectors.txt");
  private static final NodeKey A = key("node-a-key");
  private static final NodeKey B = key("node-b-key");
  private static final MaskingIv ZERO_IV = new MaskingIv(0, 0);

  private final PacketCodec codecOfA = new PacketCodec(A.id());
  private final PacketCodec codecOfB = new PacketCodec(B.id());

  private static Bytes vector(String name) {
    return Objects.requireNonNull(VECTORS.get(name), name);
  }

  private static NodeKey key(String name) {
    return NodeKey.of(Bytes32.wrap(vector(name)));
  }

  private static NodeId id(String name) {
    return new NodeId(Bytes32.wrap(vector(name)));
  }

  private static Nonce nonce(String name) {
    return Nonce.read(vector(name).toArray(), 0);
  }

  private static AesGcm cipher(String name) {
    return new AesGcm(vector(name));
  }

  private static Ping ping(String packet) {
    return new Ping(vector(packet + ".ping.req-id"), vector(packet + ".ping.enr-seq").toLong());
  }

  private static Message open(Packet.SealedMessage message, Nonce nonce, AesGcm key)
      throws BadPacketException {
    return MessageCodec.decode(
        Objects.requireNonNull(
            key.open(message.datagram().toArrayUnsafe(), message.offset(), nonce)));
  }

  @Test
  void theKeysMakeTheNodeIds() {
    assertThat(A.id()).isEqualTo(id("ping.src-node-id"));
    assertThat(B.id()).isEqualTo(id("ping.dest-node-id"));
  }

  @Test
  void pingPacket() throws BadPacketException {
    assertThat(codecOfB.recognizes(vector("ping").toArray())).isTrue();
    assertThat(codecOfA.recognizes(vector("ping").toArray())).isFalse();
    Ordinary packet = (Ordinary) codecOfB.decode(vector("ping").toArray());
    assertThat(packet.source()).isEqualTo(A.id());
    assertThat(packet.nonce()).isEqualTo(nonce("ping.nonce"));
    assertThat(open(packet.message(), packet.nonce(), cipher("ping.read-key")))
        .isEqualTo(ping("ping"));
    assertThat(
            codecOfA.ordinary(
                B.id(),
                ZERO_IV,
                nonce("ping.nonce"),
                MessageCodec.encode(ping("ping")),
                cipher("ping.read-key")))
        .isEqualTo(vector("ping").toArray());
  }

  @Test
  void whoAreYouPacket() throws BadPacketException {
    assertThat(codecOfB.recognizes(vector("whoareyou").toArray())).isTrue();
    WhoAreYou packet = (WhoAreYou) codecOfB.decode(vector("whoareyou").toArray());
    assertThat(packet.nonce()).isEqualTo(nonce("whoareyou.whoareyou.request-nonce"));
    assertThat(packet.idNonce()).isEqualTo(vector("whoareyou.whoareyou.id-nonce"));
    assertThat(packet.enrSeq()).isZero();
    assertThat(packet.challengeData()).isEqualTo(vector("whoareyou.whoareyou.challenge-data"));
    Bytes idNonce = vector("whoareyou.whoareyou.id-nonce");
    Bytes challengeData =
        PacketCodec.challengeData(
            ZERO_IV, packet.nonce(), idNonce.slice(0, 8).toLong(), idNonce.slice(8, 8).toLong(), 0);
    assertThat(challengeData).isEqualTo(packet.challengeData());
    assertThat(codecOfA.whoAreYou(B.id(), challengeData)).isEqualTo(vector("whoareyou").toArray());
  }

  @Test
  void pingHandshakePacketWithoutRecord() throws BadPacketException {
    assertThat(checkHandshake("ping-handshake").record()).isEqualTo(Bytes.EMPTY);
  }

  @Test
  void pingHandshakePacketWithRecord() throws BadPacketException {
    NodeRecord record = NodeRecord.decode(checkHandshake("ping-handshake-enr").record());
    assertThat(record.id()).isEqualTo(A.id());
    assertThat(record.seq()).isEqualTo(1);
  }

  private Handshake checkHandshake(String name) throws BadPacketException {
    Handshake packet = (Handshake) codecOfB.decode(vector(name).toArray());
    Bytes challengeData = vector(name + ".whoareyou.challenge-data");
    Bytes ephemeralKey = vector(name + ".ephemeral-pubkey");
    assertThat(packet.source()).isEqualTo(A.id());
    assertThat(packet.nonce()).isEqualTo(nonce(name + ".nonce"));
    assertThat(packet.ephemeralKey()).isEqualTo(ephemeralKey);
    Bytes32 digest = KeyAgreement.idSignatureDigest(challengeData, ephemeralKey, B.id());
    assertThat(A.publicKey().verify(digest, packet.idSignature())).isTrue();

    NodeKey ephemeral = key(name + ".ephemeral-key");
    assertThat(ephemeral.publicKey().compressed()).isEqualTo(ephemeralKey);
    Bytes secret = B.ecdhCompressed(PublicKey.ofCompressed(ephemeralKey));
    assertThat(ephemeral.ecdhCompressed(B.publicKey())).isEqualTo(secret);
    Bytes initiatorKey = KeyAgreement.derive(secret, A.id(), B.id(), challengeData).initiatorKey();
    assertThat(initiatorKey).isEqualTo(vector(name + ".read-key"));
    assertThat(open(packet.message(), packet.nonce(), new AesGcm(initiatorKey)))
        .isEqualTo(ping(name));

    assertThat(
            codecOfA.handshake(
                B.id(),
                ZERO_IV,
                packet.nonce(),
                A.sign(digest).withoutRecoveryId(),
                ephemeralKey,
                packet.record(),
                MessageCodec.encode(ping(name)),
                new AesGcm(initiatorKey)))
        .isEqualTo(vector(name).toArray());
    return packet;
  }

  @Test
  void ecdh() {
    assertThat(
            key("ecdh.secret-key")
                .ecdhCompressed(PublicKey.ofCompressed(vector("ecdh.public-key"))))
        .isEqualTo(vector("ecdh.shared-secret"));
  }

  @Test
  void keyDerivation() {
    Bytes secret =
        key("kdf.ephemeral-key").ecdhCompressed(PublicKey.ofCompressed(vector("kdf.dest-pubkey")));
    assertThat(
            KeyAgreement.derive(
                secret, id("kdf.node-id-a"), id("kdf.node-id-b"), vector("kdf.challenge-data")))
        .isEqualTo(
            new KeyAgreement.SessionKeys(vector("kdf.initiator-key"), vector("kdf.recipient-key")));
  }

  @Test
  void idNonceSigning() {
    NodeKey key = key("id-signing.static-key");
    Bytes32 digest =
        KeyAgreement.idSignatureDigest(
            vector("id-signing.challenge-data"),
            vector("id-signing.ephemeral-pubkey"),
            id("id-signing.node-id-B"));
    assertThat(key.sign(digest).withoutRecoveryId()).isEqualTo(vector("id-signing.id-signature"));
    assertThat(key.publicKey().verify(digest, vector("id-signing.id-signature"))).isTrue();
  }

  @Test
  void encryptionAndDecryption() {
    AesGcm cipher = cipher("aes-gcm.encryption-key");
    byte[] plaintext = vector("aes-gcm.pt").toArray();
    Bytes expected = Bytes.concatenate(vector("aes-gcm.ad"), vector("aes-gcm.message-ciphertext"));
    int offset = vector("aes-gcm.ad").size();
    byte[] packet = expected.slice(0, offset).copy().toArray();
    packet = java.util.Arrays.copyOf(packet, expected.size());
    cipher.seal(packet, offset, nonce("aes-gcm.nonce"), plaintext);
    assertThat(packet).isEqualTo(expected.toArray());
    assertThat(cipher.open(packet, offset, nonce("aes-gcm.nonce"))).isEqualTo(plaintext);
  }
}
