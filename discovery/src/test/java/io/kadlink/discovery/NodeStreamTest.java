package io.kadlink.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kadlink.discovery.testing.VirtualNetwork;
import io.kadlink.identity.NodeId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.tuweni.rlp.RLP;
import org.junit.jupiter.api.Test;

/** The stream of nodes for a dialer. */
class NodeStreamTest {
  private final VirtualNetwork network = new VirtualNetwork(21);
  private final VirtualNetwork.Node bootnode = network.start();

  private CompletableFuture<List<Node>> pull(NodeSource source, int max) {
    return source.pull(max).toCompletableFuture();
  }

  private NodeSource stream(VirtualNetwork.Node node) {
    return new NodeStream(network.time, node.overlay());
  }

  private List<Node> await(CompletableFuture<List<Node>> pull) {
    assertThat(network.time.passUntil(pull::isDone, Duration.ofMinutes(2))).isTrue();
    return pull.join();
  }

  @Test
  void itHandsOutEveryNodeOnceInAShortTime() {
    for (int i = 0; i < 10; i++) {
      network.start(bootnode);
    }
    NodeSource source = stream(network.nodes().get(5));
    List<NodeId> ids = new ArrayList<>();
    while (ids.size() < 10) {
      List<Node> nodes = await(pull(source, 3));
      assertThat(nodes).isNotEmpty().hasSizeLessThanOrEqualTo(3);
      nodes.forEach(node -> ids.add(node.id()));
    }
    assertThat(ids).doesNotHaveDuplicates().doesNotContain(network.nodes().get(5).id());
  }

  @Test
  void aNodeComesAgainAfterHalfAMinute() {
    VirtualNetwork.Node node = network.start(bootnode);
    NodeSource source = stream(node);
    assertThat(await(pull(source, 5))).hasSize(1);
    CompletableFuture<List<Node>> again = pull(source, 5);
    network.time.pass(NodeStream.REPEAT_AFTER.minusSeconds(1));
    assertThat(again).isNotDone();
    network.time.pass(Duration.ofSeconds(15));
    assertThat(again).isCompletedWithValueMatching(nodes -> nodes.size() == 1);
  }

  @Test
  void aWaitingPullIsServedAsSoonAsANodeComes() {
    NodeSource source = stream(bootnode);
    CompletableFuture<List<Node>> pull = pull(source, 5);
    network.time.pass(Duration.ofMinutes(1));
    assertThat(pull).isNotDone();
    VirtualNetwork.Node late = network.start(bootnode);
    network.time.pass(Duration.ofSeconds(1));
    assertThat(pull.join()).extracting(Node::id).containsExactly(late.id());
  }

  @Test
  void aNodeThatCannotBeDialedComesWithItsRecordAndAgainWhenThatChanged() {
    NodeSource source = stream(bootnode);
    VirtualNetwork.Node hidden = network.start(0, bootnode);
    CompletableFuture<List<Node>> pull = pull(source, 5);
    assertThat(await(pull))
        .singleElement()
        .satisfies(
            node -> {
              assertThat(node.tcp()).isEmpty();
              assertThat(node.record()).contains(hidden.discovery().local().record());
            });
    CompletableFuture<List<Node>> next = pull(source, 5);
    network.time.pass(Duration.ofSeconds(1));
    assertThat(next).isNotDone();
    hidden.discovery().updateRecord(builder -> builder.entry("relay", RLP.encodeInt(1)));
    network.time.pass(Duration.ofSeconds(1));
    assertThat(next.join())
        .singleElement()
        .satisfies(node -> assertThat(node.record()).contains(hidden.discovery().local().record()));
  }

  @Test
  void onePullAtATime() {
    NodeSource source = stream(bootnode);
    CompletableFuture<List<Node>> first = pull(source, 1);
    CompletableFuture<List<Node>> second = pull(source, 1);
    network.time.pass(Duration.ofSeconds(1));
    assertThat(first).isNotDone();
    assertThat(second).isCompletedExceptionally();
    assertThatThrownBy(() -> source.pull(0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void closingEndsAWaitingPullWithNothing() {
    NodeSource source = stream(bootnode);
    CompletableFuture<List<Node>> waiting = pull(source, 1);
    network.time.pass(Duration.ofSeconds(1));
    source.close();
    network.time.pass(Duration.ofSeconds(1));
    assertThat(waiting.join()).isEmpty();
    CompletableFuture<List<Node>> later = pull(source, 1);
    network.time.pass(Duration.ofSeconds(1));
    assertThat(later.join()).isEmpty();
  }

  @Test
  void anIdleStreamSendsNothing() {
    VirtualNetwork lonely = new VirtualNetwork(1);
    VirtualNetwork.Node node = lonely.start();
    NodeSource source = stream(node);
    lonely.time.pass(Duration.ofMinutes(10));
    assertThat(lonely.datagramsSent()).isZero();
    source.close();
  }

  @Test
  void fiftyCandidatesDoNotWaitForOneLookupASecond() {
    for (int i = 0; i < 150; i++) {
      network.start(bootnode);
      network.time.pass(Duration.ofMillis(100));
    }
    network.time.pass(Duration.ofMinutes(1));
    VirtualNetwork.Node late = network.start(bootnode);
    NodeSource source = stream(late);
    List<NodeId> ids = new ArrayList<>();
    long start = network.time.nanoTime();
    while (ids.size() < 50) {
      await(pull(source, 16)).forEach(node -> ids.add(node.id()));
    }
    assertThat(ids).doesNotHaveDuplicates();
    assertThat(Duration.ofNanos(network.time.nanoTime() - start))
        .as("of virtual time")
        .isLessThan(Duration.ofSeconds(5));
  }
}
