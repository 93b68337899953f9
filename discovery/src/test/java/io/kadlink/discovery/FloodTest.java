package io.kadlink.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.testing.RawPacket;
import io.kadlink.discovery.testing.VirtualNetwork;
import io.kadlink.discovery.udp.RateLimit;
import io.kadlink.discovery.udp.Transport;
import io.kadlink.identity.NodeKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A flood costs a node no more than it allows, and does not cut it off from its friends. */
class FloodTest {
  private final VirtualNetwork network = new VirtualNetwork(4);
  private final VirtualNetwork.Node node = network.start();
  private final VirtualNetwork.Node friend = network.start(node);

  /** One ping, sent from as many forged addresses. */
  private void flood(int senders) {
    byte[] ping =
        RawPacket.ping(NodeKey.generate(), network.time.now().plusSeconds(60).getEpochSecond());
    for (int i = 0; i < senders; i++) {
      Transport forged =
          network.open(
              VirtualNetwork.address(60 + i / 40_000, i / 200 % 200, i % 200, 1),
              (from, datagram) -> {});
      forged.send(node.address, ping);
    }
    network.time.pass(Duration.ofMillis(60));
  }

  @Test
  void pingsOfManyStrangersAreAnsweredUpToALimitAndFewerArePingedBack() {
    network.time.pass(Duration.ofSeconds(5));
    long before = network.datagramsSent();
    int senders = RateLimit.STRANGERS_BURST + 1_500;
    flood(senders);
    assertThat(node.dropped("rate_limited")).isBetween(1_000.0, 1_600.0);
    assertThat(node.dropped("busy")).isGreaterThan(900);
    assertThat(network.datagramsSent() - before - senders).isLessThan(4_000);
  }

  @Test
  void duringAFloodTheNodeStillReachesItsFriends() {
    network.time.pass(Duration.ofSeconds(5));
    assertThat(node.knows(friend)).isTrue();
    flood(RateLimit.STRANGERS_BURST + 1_500);
    List<Optional<Duration>> answers = new ArrayList<>();
    node.discovery().ping(friend.contact(), answers::add);
    node.discovery()
        .requestRecord(friend.contact(), record -> answers.add(record.map(found -> Duration.ZERO)));
    network.time.pass(Duration.ofMillis(400));
    assertThat(answers).hasSize(2).doesNotContain(Optional.empty());
    List<Optional<Duration>> friendsAnswers = new ArrayList<>();
    friend.discovery().ping(node.contact(), friendsAnswers::add);
    network.time.pass(Duration.ofMillis(400));
    assertThat(friendsAnswers).as("and is reached by them").doesNotContain(Optional.empty());
    assertThat(node.lookup(network.randomTarget()).closest()).hasSize(1);
    network.time.pass(Duration.ofMinutes(5));
    assertThat(node.knows(friend)).isTrue();
    assertThat(node.proven()).hasSize(1);
  }
}
