package io.kadlink.discovery.v5;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.testing.V5Node;
import io.kadlink.discovery.testing.VirtualNetwork;
import io.kadlink.discovery.udp.RateLimit;
import io.kadlink.identity.PublicKey;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.Test;

/** Floods cost bounded memory and answers no larger than themselves, and friends stay friends. */
class V5FloodTest {
  private final V5Scene scene = new V5Scene();
  private final V5Node node = scene.node(1);
  private final Randomness random = new Randomness(new Random(1));
  private final PacketCodec stranger = new PacketCodec(V5Peer.key(2_000).id());

  private InetSocketAddress address(int number) {
    return VirtualNetwork.address(70 + (number >> 16), number >> 8, number, 1);
  }

  private byte[] unknown() {
    return stranger.random(
        node.id(),
        random.nextIv(),
        new Nonce((int) random.nextLong(), random.nextLong()),
        random.nextBytes(16));
  }

  @Test
  void garbageIsDroppedAndNeverAnswered() {
    Random garbage = new Random(2);
    for (int size = 0; size < 1_400; size++) {
      byte[] bytes = new byte[size];
      garbage.nextBytes(bytes);
      node.received(address(1), bytes);
    }
    assertThat(node.dropped("too_short")).isEqualTo(63);
    assertThat(node.dropped("not_discv5")).isEqualTo(1_281 - 63);
    assertThat(node.dropped("too_large")).isEqualTo(1_400 - 1_281);
    assertThat(scene.network.datagramsSent()).isZero();
  }

  @Test
  void aFloodFromForgedAddressesIsAnsweredAtTheRateLimit() {
    for (int i = 0; i < 20_000; i++) {
      node.received(address(i), unknown());
    }
    assertThat(node.sent("whoareyou")).isEqualTo(RateLimit.STRANGERS_BURST);
    assertThat(node.dropped("rate_limited")).isEqualTo(20_000 - RateLimit.STRANGERS_BURST);
  }

  @Test
  void aFloodFromOneAddressIsAnsweredAtItsRateWithOneChallenge() {
    for (int i = 0; i < 1_000; i++) {
      node.received(address(1), unknown());
    }
    assertThat(node.sent("whoareyou")).isEqualTo(RateLimit.SENDER_BURST);
  }

  @Test
  void challengesAreBoundedAndTheOldestGoesFirst() {
    Challenges challenges = new Challenges(scene.network.time);
    for (int i = 0; i < Challenges.MAX_CHALLENGES; i++) {
      add(challenges, i);
    }
    assertThat(challenges.size()).isEqualTo(Challenges.MAX_CHALLENGES);
    assertThat(challenges.find(remote(0))).isNotNull();
    add(challenges, Challenges.MAX_CHALLENGES);
    assertThat(challenges.size()).isEqualTo(Challenges.MAX_CHALLENGES);
    assertThat(challenges.find(remote(0))).isNull();
    assertThat(challenges.find(remote(1))).isNotNull();
    scene.network.time.pass(Challenges.LIFETIME);
    assertThat(challenges.hasRoomFor(address(1))).isTrue();
    assertThat(challenges.size()).isZero();
  }

  private Remote remote(int number) {
    return new Remote(V5Peer.key(1).id(), address(number));
  }

  private void add(Challenges challenges, int number) {
    assertThat(challenges.hasRoomFor(address(number))).isTrue();
    challenges.add(remote(number), Bytes.wrap(new byte[63]), Optional.empty());
  }

  @Test
  void friendsAreServedDuringAFlood() {
    V5Node friend = scene.node(2);
    List<Optional<Duration>> answers = new ArrayList<>();
    friend.v5.ping(node.contact(), answers::add);
    scene.network.time.pass(Duration.ofSeconds(1));
    for (int i = 0; i < 20; i++) {
      int start = i * 1_000;
      Loop.Timer ignored =
          scene.network.time.schedule(Duration.ofMillis(i), () -> flood(start, 1_000));
    }
    for (int i = 0; i < 10; i++) {
      friend.v5.ping(node.contact(), answers::add);
      node.v5.ping(friend.contact(), answers::add);
    }
    scene.network.time.pass(Duration.ofSeconds(1));
    assertThat(node.dropped("rate_limited")).isPositive();
    assertThat(answers).hasSize(21).doesNotContain(Optional.empty());
  }

  @Test
  void aKnownNodeThatLostItsSessionIsChallengedDuringAFlood() {
    V5Peer known = scene.peer(node);
    known.makeSession();
    for (int i = 0; i < 100; i++) {
      Loop.Timer ignored = scene.network.time.schedule(Duration.ofMillis(i), () -> flood(0, 1_000));
    }
    assertThat(known.beChallenged()).isNotNull();
    assertThat(node.dropped("rate_limited")).isPositive();
  }

  private void flood(int start, int count) {
    for (int i = start; i < start + count; i++) {
      node.received(address(i), unknown());
    }
  }

  @Test
  void requestsOfOneNodeAreAnsweredAtItsRate() {
    V5Peer peer = scene.peer(node);
    peer.makeSession();
    for (int i = 0; i < 300; i++) {
      peer.send(new Message.Ping(V5Peer.ID, 1));
    }
    assertThat(peer.receiveMessages().size()).isBetween(180, 240);
    assertThat(node.dropped("rate_limited")).isPositive();
  }

  @Test
  void forgedHandshakesCostOneCheckForEachChallenge() {
    V5Peer peer = scene.peer(node);
    byte[] forged = peer.handshake(peer.beChallenged()).signedBy(V5Peer.key(5)).build();
    for (int i = 0; i < 50; i++) {
      peer.sendRaw(forged);
    }
    assertThat(peer.receiveRaw()).isNull();
    assertThat(node.dropped("bad_signature")).isEqualTo(1);
    assertThat(node.dropped("unsolicited")).isEqualTo(49);
  }

  @Test
  void strangersAreNotPingedBackWhileTooMuchIsPending() {
    V5Peer peer = scene.peer(node);
    byte[] handshake = peer.handshake(peer.beChallenged()).build();
    PublicKey dead = V5Peer.key(5).publicKey();
    for (int i = 0; i < DiscoveryV5.MAX_PENDING_FOR_STRANGERS; i++) {
      node.v5.ping(Contact.of(dead, address(i), 0), answer -> {});
    }
    peer.sendRaw(handshake);
    assertThat(peer.receiveMessages()).hasSize(1).allMatch(Message.Pong.class::isInstance);
    assertThat(node.dropped("busy")).isEqualTo(1);
  }
}
