package io.kadlink.discovery.v5;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.testing.V5Node;
import io.kadlink.discovery.testing.VirtualNetwork;
import io.kadlink.discovery.v5.Message.Ping;
import io.kadlink.discovery.v5.Message.Pong;
import io.kadlink.discovery.v5.Packet.WhoAreYou;
import io.kadlink.identity.NodeRecord;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.Test;

/** How a node challenges strangers, and which handshakes it believes. */
class HandshakeTest {
  private final V5Scene scene = new V5Scene();
  private final V5Node node = scene.node(1);
  private final V5Peer peer = scene.peer(node);

  private void pass(Duration time) {
    scene.network.time.pass(time);
  }

  @Test
  void anUnknownPacketGetsAChallengeNoLargerThanTheSmallestPacket() {
    Nonce nonce = peer.sendRandom();
    byte[] datagram = peer.receiveRaw();
    assertThat(datagram).hasSize(PacketCodec.MIN_BYTES);
    peer.sendRaw(new byte[0]);
    peer.sendRandom();
    WhoAreYou challenge = peer.receive(WhoAreYou.class);
    assertThat(challenge.nonce()).isEqualTo(nonce);
    assertThat(challenge.enrSeq()).isZero();
  }

  @Test
  void whileAChallengeIsAliveItIsRepeatedBitForBit() {
    WhoAreYou first = peer.beChallenged();
    pass(Duration.ofMillis(500));
    assertThat(peer.beChallenged()).isEqualTo(first);
    pass(Challenges.LIFETIME);
    WhoAreYou later = peer.beChallenged();
    assertThat(later.nonce()).isNotEqualTo(first.nonce());
    assertThat(later.idNonce()).isNotEqualTo(first.idNonce());
  }

  @Test
  void aHandshakeMakesASessionAndItsMessageIsAnswered() {
    peer.handshake(peer.beChallenged()).message(new Ping(V5Peer.ID, 1)).send();
    assertThat(peer.receiveMessage(Pong.class))
        .isEqualTo(new Pong(V5Peer.ID, node.local.record().seq(), peer.address));
    peer.receiveMessages();
    peer.send(new Ping(Bytes.of(7), 1));
    assertThat(peer.receiveMessage(Pong.class).requestId()).isEqualTo(Bytes.of(7));
    assertThat(node.received("handshake")).isEqualTo(1);
  }

  @Test
  void aHandshakeAfterTheChallengeEndedIsNotBelieved() {
    WhoAreYou challenge = peer.beChallenged();
    pass(Challenges.LIFETIME);
    peer.handshake(challenge).send();
    refused("unsolicited");
  }

  @Test
  void aHandshakeNobodyChallengedForIsNotBelieved() {
    WhoAreYou invented =
        new WhoAreYou(
            peer.nextNonce(),
            0,
            PacketCodec.challengeData(new MaskingIv(1, 2), peer.nextNonce(), 3, 4, 0));
    peer.handshake(invented).send();
    refused("unsolicited");
  }

  @Test
  void aReplayedHandshakeIsNotBelieved() {
    byte[] handshake = peer.handshake(peer.beChallenged()).build();
    peer.sendRaw(handshake.clone());
    peer.receiveMessages();
    peer.sendRaw(handshake);
    refused("unsolicited");
  }

  @Test
  void aHandshakeFromAnotherEndpointIsNotBelieved() {
    byte[] handshake = peer.handshake(peer.beChallenged()).build();
    V5Peer elsewhere =
        new V5Peer(scene.network, 7, peer.key, VirtualNetwork.address(41, 1, 1, 1), node);
    elsewhere.sendRaw(handshake);
    assertThat(elsewhere.receiveRaw()).isNull();
    assertThat(node.dropped("unsolicited")).isEqualTo(1);
  }

  @Test
  void aSignatureOfAnotherKeyIsNotBelieved() {
    peer.handshake(peer.beChallenged()).signedBy(V5Peer.key(77)).send();
    refused("bad_signature");
  }

  @Test
  void aFailedHandshakeEndsItsChallenge() {
    WhoAreYou challenge = peer.beChallenged();
    peer.handshake(challenge).signedBy(V5Peer.key(77)).send();
    refused("bad_signature");
    peer.handshake(challenge).send();
    refused("unsolicited");
  }

  @Test
  void anEphemeralKeyThatIsNoPointIsRefused() {
    peer.handshake(peer.beChallenged())
        .ephemeralKey(Bytes.concatenate(Bytes.of(2), Bytes.repeat((byte) 0xff, 32)))
        .send();
    refused("bad_key");
  }

  @Test
  void aMessageUnderOtherKeysIsRefused() {
    peer.handshake(peer.beChallenged()).spoilMessage().send();
    refused("undecryptable");
  }

  @Test
  void aStrangerMustSendItsRecord() {
    peer.handshake(peer.beChallenged()).withoutRecord().send();
    refused("missing_record");
  }

  @Test
  void aRecordOfAnotherNodeIsRefused() {
    peer.handshake(peer.beChallenged()).record(node.local.record().encode()).send();
    refused("bad_record");
  }

  @Test
  void aRecordWithASpoiltSignatureIsRefused() {
    byte[] record = peer.record.encode().toArray();
    record[10] ^= 1;
    peer.handshake(peer.beChallenged()).record(Bytes.wrap(record)).send();
    refused("bad_record");
  }

  @Test
  void aNodeWhoseRecordIsKnownMayLeaveItOut() {
    node.table.addProven(V5Scene.contact(peer));
    WhoAreYou challenge = peer.beChallenged();
    assertThat(challenge.enrSeq()).isEqualTo(1);
    peer.handshake(challenge).withoutRecord().send();
    assertThat(peer.receiveMessage(Pong.class)).isNotNull();
  }

  @Test
  void theNewerOfTheKnownAndTheSentRecordCounts() {
    peer.makeSession();
    NodeRecord old = peer.record;
    peer.record = old.toBuilder().sign(peer.key);
    peer.handshake(peer.beChallenged()).send();
    peer.receiveMessages();
    assertThat(node.table.find(peer.id()).orElseThrow().record()).contains(peer.record);
    peer.handshake(peer.beChallenged()).record(old.encode()).send();
    peer.receiveMessages();
    assertThat(node.table.find(peer.id()).orElseThrow().record()).contains(peer.record);
  }

  @Test
  void aPacketInOurOwnNameIsDropped() {
    V5Peer impostor =
        new V5Peer(scene.network, 7, node.key, VirtualNetwork.address(41, 1, 1, 1), node);
    impostor.sendRandom();
    assertThat(impostor.receiveRaw()).isNull();
    assertThat(node.dropped("own")).isEqualTo(1);
  }

  @Test
  void aSessionIsOfNoUseAtAnotherEndpoint() {
    peer.makeSession();
    V5Peer elsewhere =
        new V5Peer(scene.network, 7, peer.key, VirtualNetwork.address(41, 1, 1, 1), node);
    elsewhere.handshake(elsewhere.beChallenged()).send();
    elsewhere.receiveMessages();
    peer.send(new Ping(Bytes.of(8), 1));
    assertThat(peer.receiveMessages()).hasSize(1); // the session of the first endpoint lives on
  }

  @Test
  void aNodeThatLostItsSessionIsChallengedAndKeepsTheOldOneUntilItProvesItself() {
    peer.makeSession();
    assertThat(peer.beChallenged().enrSeq()).isEqualTo(1);
    peer.send(new Ping(Bytes.of(8), 1));
    assertThat(peer.receiveMessage(Pong.class).requestId()).isEqualTo(Bytes.of(8));
  }

  @Test
  void aMalformedRequestIdGetsNoAnswer() {
    peer.handshake(peer.beChallenged()).message(new Ping(Bytes.wrap(new byte[9]), 1)).send();
    refused("bad_message");
  }

  @Test
  void oneAddressHasSixteenChallengesAtMost() {
    for (int i = 0; i < Challenges.MAX_PER_SENDER; i++) {
      assertThat(peerAt(i).beChallenged()).isNotNull();
    }
    V5Peer oneTooMany = peerAt(Challenges.MAX_PER_SENDER);
    oneTooMany.sendRandom();
    assertThat(oneTooMany.receiveRaw()).isNull();
    assertThat(node.dropped("too_many_challenges")).isEqualTo(1);
    pass(Challenges.LIFETIME);
    assertThat(oneTooMany.beChallenged()).isNotNull();
  }

  private V5Peer peerAt(int number) {
    InetSocketAddress address =
        new InetSocketAddress(VirtualNetwork.address(50, 1, 1, 1).getAddress(), 2_000 + number);
    return scene.peer(address, node);
  }

  private void refused(String reason) {
    assertThat(peer.receiveRaw()).isNull();
    assertThat(node.dropped(reason)).isEqualTo(1);
    assertThat(node.alive).isEmpty();
  }
}
