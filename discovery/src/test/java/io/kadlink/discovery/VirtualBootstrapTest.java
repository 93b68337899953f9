package io.kadlink.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.lookup.LookupResult;
import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.testing.VirtualNetwork;
import io.kadlink.discovery.testing.VirtualNetwork.Node;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.PublicKey;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Production classes on virtual time: a network grows from one bootnode and survives bad days. */
class VirtualBootstrapTest {
  private final VirtualNetwork network = new VirtualNetwork(42);

  private void startAll(int count) {
    Node bootnode = network.start();
    for (int i = 1; i < count; i++) {
      network.start(bootnode);
      network.time.pass(Duration.ofMillis(100));
    }
  }

  private double recall(int lookups) {
    int wanted = 0;
    int found = 0;
    for (int i = 0; i < lookups; i++) {
      PublicKey target = network.randomTarget();
      List<Node> running = network.nodes().stream().filter(Node::isRunning).toList();
      Node asker = running.get(i % running.size());
      LookupResult result = asker.lookup(target);
      List<NodeId> ids = result.closest().stream().map(Contact::id).toList();
      List<NodeId> closest = network.closest(target, 16, asker);
      wanted += closest.size();
      found += (int) closest.stream().filter(ids::contains).count();
    }
    return (double) found / wanted;
  }

  @Test
  void everyLookupAmong48NodesFindsTheTrueClosest() {
    startAll(48);
    network.time.pass(Duration.ofSeconds(10));
    for (int i = 0; i < 20; i++) {
      PublicKey target = network.randomTarget();
      Node asker = network.nodes().get(i * 2);
      assertThat(asker.lookup(target).closest().stream().map(Contact::id))
          .containsExactlyElementsOf(network.closest(target, 16, asker));
    }
  }

  @Test
  void sixteenNodesThatStartAtOnceKnowEachOtherWithinFiveSeconds() {
    Node bootnode = network.start();
    for (int i = 1; i < 16; i++) {
      network.start(bootnode);
    }
    boolean complete =
        network.time.passUntil(
            () -> network.nodes().stream().allMatch(node -> node.proven().size() == 15),
            Duration.ofSeconds(5));
    assertThat(complete).isTrue();
  }

  @Test
  void aBootnodeThatComesLateIsFound() {
    Node bootnode = network.start();
    bootnode.die();
    Node early = network.start(bootnode);
    network.time.pass(Duration.ofSeconds(20));
    assertThat(early.proven()).isEmpty();
    // The same key and address come to life.
    Node reborn = network.revive(bootnode);
    assertThat(network.time.passUntil(() -> early.knows(reborn), Duration.ofSeconds(20))).isTrue();
  }

  @Test
  void aBootnodeThatIsItsOwnBootnodeDoesNotMind() {
    Node bootnode = network.start();
    bootnode.die();
    Node itsOwn = network.revive(bootnode, bootnode);
    network.time.pass(Duration.ofMinutes(5));
    assertThat(network.datagramsSent()).isZero();
    Node other = network.start(itsOwn);
    assertThat(network.time.passUntil(() -> itsOwn.knows(other), Duration.ofSeconds(1))).isTrue();
  }

  @Test
  void aBootnodeThatForgotEverythingIsTakenBackWithinAMinute() {
    startAll(6);
    network.time.pass(Duration.ofSeconds(30));
    Node bootnode = network.nodes().get(0);
    bootnode.die();
    network.time.pass(Duration.ofMinutes(20));
    Node reborn = network.revive(bootnode);
    assertThat(network.time.passUntil(() -> reborn.proven().size() == 5, Duration.ofMinutes(1)))
        .isTrue();
  }

  @Test
  void lookupsStillFindNearlyEverythingWhileOneDatagramInTwentyIsLost() {
    network.lose(0.05);
    startAll(40);
    network.time.pass(Duration.ofMinutes(1));
    assertThat(recall(20)).isGreaterThan(0.9);
  }

  @Test
  void afterHalfTheNodesDieLookupsFindTheLiving() {
    startAll(32);
    network.time.pass(Duration.ofMinutes(1));
    for (int i = 2; i < 32; i += 2) {
      network.nodes().get(i).die();
    }
    network.time.pass(Duration.ofMinutes(10));
    assertThat(recall(20)).isEqualTo(1);
    List<NodeId> dead =
        network.nodes().stream().filter(node -> !node.isRunning()).map(Node::id).toList();
    assertThat(network.nodes().stream().filter(Node::isRunning))
        .allSatisfy(node -> assertThat(node.proven()).doesNotContainAnyElementsOf(dead));
  }

  @Test
  void aNodeThatComesLooksAroundOnce() {
    startAll(40);
    network.time.pass(Duration.ofSeconds(30));
    Node late = network.start(network.nodes().get(0));
    network.time.pass(Duration.ofMinutes(5));
    // Its own neighbourhood and three random targets.
    assertThat(lookups(late)).isEqualTo(4);
  }

  @Test
  void aNodeWhoseTableGetsThinLooksAroundAgainWithinSeconds() {
    startAll(20);
    network.time.pass(Duration.ofMinutes(1));
    Node survivor = network.nodes().get(0);
    assertThat(survivor.proven()).hasSize(19);
    network.nodes().subList(8, 20).forEach(Node::die);
    network.time.passUntil(() -> survivor.proven().size() < 16, Duration.ofMinutes(10));
    double before = lookups(survivor);
    network.time.pass(Duration.ofSeconds(5));
    assertThat(lookups(survivor)).isGreaterThan(before);
  }

  private static double lookups(Node node) {
    return node.meters.get("kadlink.discovery.lookups").counter().count();
  }

  @Test
  void anIdleNetworkIsQuiet() {
    startAll(20);
    network.time.pass(Duration.ofMinutes(5));
    long before = network.datagramsSent();
    network.time.pass(Duration.ofMinutes(5));
    double perNodeAndSecond = (network.datagramsSent() - before) / 20.0 / 300;
    assertThat(perNodeAndSecond).isLessThan(2.0);
  }

  @Test
  void theSameSeedGivesTheSameRun() {
    assertThat(fingerprint()).isEqualTo(fingerprint());
  }

  private static List<Object> fingerprint() {
    VirtualNetwork network = new VirtualNetwork(7);
    network.lose(0.02);
    Node bootnode = network.start();
    for (int i = 1; i < 8; i++) {
      network.start(bootnode);
    }
    network.time.pass(Duration.ofSeconds(30));
    return List.of(network.datagramsSent(), network.nodes().stream().map(Node::proven).toList());
  }
}
