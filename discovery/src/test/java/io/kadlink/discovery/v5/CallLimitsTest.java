package io.kadlink.discovery.v5;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.testing.V5Node;
import io.kadlink.discovery.testing.VirtualNetwork;
import io.kadlink.discovery.v5.Message.Ping;
import io.kadlink.discovery.v5.Packet.Handshake;
import io.kadlink.discovery.v5.Packet.Ordinary;
import io.kadlink.identity.PublicKey;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.Test;

/** How much a node remembers of its own questions, for how long, and how often it asks. */
class CallLimitsTest {
  private static final PublicKey NOBODY = V5Peer.key(77).publicKey();
  private static final InetAddress NOWHERE = VirtualNetwork.address(55, 1, 1, 1).getAddress();

  private V5Scene scene = new V5Scene();
  private V5Node node = scene.node(1);
  private V5Peer peer = scene.peer(node);
  private final List<Optional<Duration>> answers = new ArrayList<>();

  private void startOver() {
    scene = new V5Scene();
    node = scene.node(1);
    peer = scene.peer(node);
    answers.clear();
  }

  private void ping() {
    node.v5.ping(V5Scene.contact(peer), answers::add);
  }

  /** Calls so many nodes that are not there. */
  private void pingNobody(int count) {
    for (int i = 0; i < count; i++) {
      node.v5.ping(Contact.of(NOBODY, new InetSocketAddress(NOWHERE, 1_025 + i), 0), answers::add);
    }
  }

  private void pass(Duration time) {
    scene.network.time.pass(time);
  }

  private long now() {
    return scene.network.time.nanoTime();
  }

  /** A challenge that arrives at this very moment. */
  private void challengeNow(Nonce nonce) {
    Bytes data = PacketCodec.challengeData(new MaskingIv(1, 2), nonce, 3, 4, 0);
    node.v5.received(peer.address, new PacketCodec(peer.id()).whoAreYou(node.id(), data));
  }

  @Test
  void soManyCallsArePendingAndNoMore() {
    pingNobody(Calls.MAX_CALLS);
    assertThat(answers).isEmpty();
    ping();
    assertThat(answers).containsExactly(Optional.empty());
    pass(Calls.TIMEOUT);
    assertThat(answers).hasSize(Calls.MAX_CALLS + 1);
    ping();
    assertThat(answers).as("there is room again").hasSize(Calls.MAX_CALLS + 1);
  }

  @Test
  void aChallengeMayReferToAPacketForThreeSeconds() {
    assertThat(handshakesWhenChallengedAfter(Calls.NONCE_LIFETIME.minusNanos(1))).isEqualTo(1);
    startOver();
    assertThat(handshakesWhenChallengedAfter(Calls.NONCE_LIFETIME)).isZero();
    assertThat(node.dropped("unsolicited")).isEqualTo(1);
  }

  private double handshakesWhenChallengedAfter(Duration age) {
    long sent = now();
    ping();
    Nonce nonce = peer.receive(Ordinary.class).nonce();
    pass(age.minusNanos(now() - sent));
    ping(); // or there would be nothing to put into a handshake
    challengeNow(nonce);
    return node.sent("handshake");
  }

  @Test
  void theOldestOfTooManyPacketsIsForgotten() {
    assertThat(handshakesWhenChallengedAfterPackets(Calls.MAX_NONCES)).isEqualTo(1);
    startOver();
    assertThat(handshakesWhenChallengedAfterPackets(Calls.MAX_NONCES + 1)).isZero();
    assertThat(node.dropped("unsolicited")).isEqualTo(1);
  }

  /** Challenges the first of so many packets. */
  private double handshakesWhenChallengedAfterPackets(int packets) {
    ping();
    Nonce first = peer.receive(Ordinary.class).nonce();
    pass(Calls.TIMEOUT);
    ping();
    pingNobody(packets - 2);
    challengeNow(first);
    return node.sent("handshake");
  }

  @Test
  void aRequestIsSentThreeTimesHoweverOftenTheNodeLosesItsSession() {
    peer.makeSession();
    ping();
    ping();
    Nonce nonce = peer.receive(Ordinary.class).nonce();
    peer.receive(Ordinary.class);
    for (int sends = 2; sends <= Calls.MAX_SENDS; sends++) {
      assertThat(loseSession(nonce, 2)).as("both, and an answer").hasSize(2);
    }
    peer.challenge(nonce);
    assertThat(peer.receiveRaw()).isNull();
    assertThat(node.dropped("unsolicited")).isEqualTo(1);
    pass(Calls.HANDSHAKE_TIMEOUT);
    assertThat(answers).containsExactly(Optional.empty(), Optional.empty());
  }

  @Test
  void aHandshakeForALaterRequestDoesNotTakeAlongOneThatWasSentThreeTimes() {
    peer.makeSession();
    ping();
    ping();
    Nonce nonce = peer.receive(Ordinary.class).nonce();
    peer.receive(Ordinary.class);
    for (int sends = 2; sends <= Calls.MAX_SENDS; sends++) {
      loseSession(nonce, 2);
    }
    ping();
    peer.receive(Ordinary.class);
    assertThat(loseSession(nonce, 1)).as("the third, and no other").hasSize(1);
    assertThat(peer.receiveMessages()).isEmpty();
  }

  /**
   * Challenges the node, takes its handshake and lets it know; returns the requests that come, the
   * handshake's first.
   *
   * @param expected how many requests will come
   */
  private List<Ping> loseSession(Nonce nonce, int expected) {
    Bytes data = peer.challenge(nonce);
    List<Message> messages = new ArrayList<>();
    messages.add(peer.accept(peer.receive(Handshake.class), data));
    peer.send(new Ping(Bytes.of(9), 1));
    for (int i = 0; i < expected; i++) { // the other requests, and the answer to ours
      Ordinary packet = peer.receive(Ordinary.class);
      messages.add(peer.open(packet.nonce(), packet.message()));
    }
    return messages.stream().filter(Ping.class::isInstance).map(Ping.class::cast).toList();
  }
}
