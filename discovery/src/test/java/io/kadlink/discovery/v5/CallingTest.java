package io.kadlink.discovery.v5;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.testing.V5Node;
import io.kadlink.discovery.testing.VirtualNetwork;
import io.kadlink.discovery.v5.Message.Ping;
import io.kadlink.discovery.v5.Packet.Handshake;
import io.kadlink.discovery.v5.Packet.Ordinary;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.Test;

/** How a node makes the sessions that its own questions need. */
class CallingTest {
  private final V5Scene scene = new V5Scene();
  private final V5Node node = scene.node(1);
  private final V5Peer peer = scene.peer(node);
  private final Contact contact = V5Scene.contact(peer);
  private final List<Optional<Duration>> answers = new ArrayList<>();

  private void ping() {
    node.v5.ping(contact, answers::add);
  }

  private void pass(Duration time) {
    scene.network.time.pass(time);
  }

  @Test
  void theFirstPacketIsUnreadableAndTheQuestionComesInTheHandshake() {
    ping();
    Ping ping = (Ping) peer.acceptHandshake();
    assertThat(ping.enrSeq()).isEqualTo(node.local.record().seq());
    peer.send(peer.pong(ping));
    pass(Duration.ofMillis(100));
    assertThat(answers).hasSize(1);
    assertThat(answers.get(0)).hasValueSatisfying(rtt -> assertThat(rtt).isPositive());
    ping();
    peer.send(peer.pong(peer.receiveMessage(Ping.class)));
    pass(Duration.ofMillis(100));
    assertThat(answers).hasSize(2).doesNotContain(Optional.empty());
    assertThat(node.sent("handshake")).isEqualTo(1);
  }

  @Test
  void theHandshakeCarriesTheRecordWhenTheOtherHasNoneOrAnOlderOne() {
    ping();
    Bytes data = peer.challenge(peer.receive(Ordinary.class).nonce());
    assertThat(peer.receive(Handshake.class).record()).isEqualTo(node.local.record().encode());
    assertThat(data).isNotNull();
  }

  @Test
  void theHandshakeLeavesOutARecordThatTheOtherHas() {
    ping();
    Nonce nonce = peer.receive(Ordinary.class).nonce();
    peer.sendChallenge(
        PacketCodec.challengeData(new MaskingIv(1, 2), nonce, 3, 4, node.local.record().seq()));
    assertThat(peer.receive(Handshake.class).record()).isEqualTo(Bytes.EMPTY);
  }

  @Test
  void callsWaitForTheHandshakeThatIsUnderWay() {
    ping();
    ping();
    ping();
    Nonce nonce = peer.receive(Ordinary.class).nonce();
    assertThat(peer.receiveRaw()).isNull();
    Bytes data = peer.challenge(nonce);
    Ping first = (Ping) peer.accept(peer.receive(Handshake.class), data);
    assertThat(peer.receiveRaw()).isNull();
    peer.send(peer.pong(first));
    List<Message> rest = peer.receiveMessages();
    assertThat(rest).hasSize(2).allMatch(Ping.class::isInstance);
    rest.forEach(ping -> peer.send(peer.pong((Ping) ping)));
    pass(Duration.ofMillis(100));
    assertThat(answers).hasSize(3).doesNotContain(Optional.empty());
  }

  @Test
  void whenTheNodeIsDeadAllThatWaitEndAfterHalfASecond() {
    ping();
    ping();
    pass(Calls.TIMEOUT.minusMillis(1));
    assertThat(answers).isEmpty();
    pass(Duration.ofMillis(1));
    assertThat(answers).containsExactly(Optional.empty(), Optional.empty());
    assertThat(node.sent("random")).isEqualTo(1);
  }

  @Test
  void aHandshakeHasASecond() {
    ping();
    peer.challenge(peer.receive(Ordinary.class).nonce());
    peer.receive(Handshake.class);
    pass(Duration.ofMillis(900));
    assertThat(answers).isEmpty();
    pass(Duration.ofMillis(100));
    assertThat(answers).containsExactly(Optional.empty());
  }

  @Test
  void aChallengeForANonceNobodySentIsIgnored() {
    ping();
    peer.receive(Ordinary.class);
    peer.challenge(peer.nextNonce());
    assertThat(peer.receiveRaw()).isNull();
    assertThat(node.dropped("unsolicited")).isEqualTo(1);
  }

  @Test
  void aChallengeFromAnotherEndpointIsIgnored() {
    ping();
    Nonce nonce = peer.receive(Ordinary.class).nonce();
    V5Peer other = scene.peer(node);
    other.challenge(nonce);
    assertThat(other.receiveRaw()).isNull();
    assertThat(peer.receiveRaw()).isNull();
    assertThat(node.dropped("unsolicited")).isEqualTo(1);
  }

  @Test
  void aChallengeWhenNothingIsPendingIsIgnored() {
    ping();
    Nonce nonce = peer.receive(Ordinary.class).nonce();
    pass(Calls.TIMEOUT);
    peer.challenge(nonce);
    assertThat(peer.receiveRaw()).isNull();
    assertThat(node.dropped("unsolicited")).isEqualTo(1);
  }

  @Test
  void aRepeatedChallengeGetsTheIdenticalHandshakeAFewTimes() {
    ping();
    Bytes data = peer.challenge(peer.receive(Ordinary.class).nonce());
    byte[] handshake = peer.receiveRaw();
    for (int i = 0; i < Calls.MAX_REPEATS; i++) {
      peer.sendChallenge(data);
      assertThat(peer.receiveRaw()).isEqualTo(handshake);
    }
    peer.sendChallenge(data);
    assertThat(peer.receiveRaw()).isNull();
  }

  @Test
  void freshChallengesForOneNonceAreAnsweredAFewTimes() {
    ping();
    Nonce nonce = peer.receive(Ordinary.class).nonce();
    for (int i = 0; i < Calls.MAX_CHALLENGES_ANSWERED; i++) {
      peer.challenge(nonce);
      peer.receive(Handshake.class);
    }
    peer.challenge(nonce);
    assertThat(peer.receiveRaw()).isNull();
    assertThat(node.dropped("unsolicited")).isEqualTo(1);
  }

  @Test
  void aChallengeThatNamesTheFirstOfTwoPacketsServesTheSecond() {
    ping();
    Nonce first = peer.receive(Ordinary.class).nonce();
    pass(Calls.TIMEOUT);
    ping();
    peer.receive(Ordinary.class);
    Bytes data = peer.challenge(first);
    peer.send(peer.pong((Ping) peer.accept(peer.receive(Handshake.class), data)));
    pass(Duration.ofMillis(100));
    assertThat(answers).hasSize(2);
    assertThat(answers.get(1)).isPresent();
  }

  @Test
  void aNodeThatLostItsSessionIsAskedAgain() {
    peer.makeSession();
    ping();
    ping();
    Nonce unreadable = peer.receive(Ordinary.class).nonce();
    peer.receive(Ordinary.class);
    Bytes data = peer.challenge(unreadable);
    Ping first = (Ping) peer.accept(peer.receive(Handshake.class), data);
    peer.send(peer.pong(first));
    peer.send(peer.pong(peer.receiveMessage(Ping.class)));
    pass(Duration.ofMillis(100));
    assertThat(answers).hasSize(2).doesNotContain(Optional.empty());
  }

  @Test
  void anAnswerToNothingIsIgnored() {
    peer.makeSession();
    peer.send(peer.pong(new Ping(Bytes.of(66), 1)));
    pass(Duration.ofMillis(100));
    assertThat(node.dropped("unsolicited")).isEqualTo(1);
  }

  @Test
  void anAnswerOfAnotherKindIsIgnored() {
    peer.makeSession();
    ping();
    Ping ping = peer.receiveMessage(Ping.class);
    peer.send(new Message.TalkResponse(ping.requestId(), Bytes.EMPTY));
    pass(Duration.ofMillis(100));
    assertThat(node.dropped("unsolicited")).isEqualTo(1);
    assertThat(answers).isEmpty();
    peer.send(peer.pong(ping));
    pass(Duration.ofMillis(100));
    assertThat(answers).hasSize(1).doesNotContain(Optional.empty());
  }

  @Test
  void oneNodeHas32CallsAtMost() {
    for (int i = 0; i < Calls.MAX_CALLS_PER_NODE; i++) {
      ping();
    }
    assertThat(answers).isEmpty();
    ping();
    assertThat(answers).containsExactly(Optional.empty());
    pass(Duration.ofSeconds(2));
    assertThat(answers).hasSize(Calls.MAX_CALLS_PER_NODE + 1);
  }

  @Test
  void closingEndsEveryCallOnceAndForGood() {
    ping();
    ping();
    node.v5.close();
    assertThat(answers).hasSize(2);
    ping();
    assertThat(answers).hasSize(3).containsOnly(Optional.empty());
    pass(Duration.ofSeconds(2));
    assertThat(answers).hasSize(3);
  }

  @Test
  void twoNodesThatCallEachOtherAtOnceBothGetTheirAnswers() {
    V5Node other = scene.node(2);
    List<Optional<Duration>> both = new ArrayList<>();
    node.v5.ping(other.contact(), both::add);
    other.v5.ping(node.contact(), both::add);
    pass(Duration.ofSeconds(2));
    assertThat(both).hasSize(2).doesNotContain(Optional.empty());
    double handshakes = node.sent("handshake") + other.sent("handshake");
    for (int i = 0; i < 4; i++) {
      node.v5.ping(other.contact(), both::add);
      other.v5.ping(node.contact(), both::add);
      pass(Duration.ofSeconds(1));
    }
    assertThat(both).hasSize(10).doesNotContain(Optional.empty());
    assertThat(node.sent("handshake") + other.sent("handshake")).isEqualTo(handshakes);
  }

  @Test
  void manyCallsBetweenTwoNodesSurviveLossWithoutAHandshakeForEach() {
    V5Node other = scene.node(2);
    scene.network.lose(0.1);
    List<Optional<Duration>> both = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      node.v5.ping(other.contact(), both::add);
      other.v5.ping(node.contact(), both::add);
      pass(Duration.ofSeconds(2));
    }
    assertThat(both).hasSize(400);
    // A ping and its pong both arrive in 81 of 100 cases.
    assertThat(both.stream().filter(Optional::isPresent).count()).isBetween(290L, 360L);
    assertThat(node.sent("handshake") + other.sent("handshake")).isLessThan(12);
  }

  @Test
  void aNodeAtANewEndpointGetsASessionOfItsOwn() {
    peer.makeSession();
    V5Peer moved =
        new V5Peer(scene.network, 8, peer.key, VirtualNetwork.address(42, 1, 1, 1), node);
    node.v5.ping(V5Scene.contact(moved), answers::add);
    moved.send(moved.pong((Ping) moved.acceptHandshake()));
    pass(Duration.ofMillis(100));
    assertThat(answers).hasSize(1).doesNotContain(Optional.empty());
  }
}
