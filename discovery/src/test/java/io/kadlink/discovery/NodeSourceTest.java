package io.kadlink.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.testing.VirtualNetwork;
import io.kadlink.discovery.testing.VirtualTime;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.NodeRecord;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Sources mixed and filtered. */
class NodeSourceTest {
  private final VirtualTime time = new VirtualTime();
  private final Shelf fast = new Shelf();
  private final Shelf slow = new Shelf();
  private final List<NodeSource> ended = new ArrayList<>();
  private final NodeSource mixed = new MixedSource(time, List.of(fast, slow), ended::add);

  /** A source that has what a test puts there. */
  private static final class Shelf implements NodeSource {
    final Deque<Node> nodes = new ArrayDeque<>();
    private int max;
    private @Nullable CompletableFuture<List<Node>> waiting;
    boolean closed;

    void put(Node... more) {
      nodes.addAll(List.of(more));
      CompletableFuture<List<Node>> pull = waiting;
      if (pull != null) {
        waiting = null;
        pull.complete(take());
      }
    }

    private List<Node> take() {
      List<Node> taken = new ArrayList<>();
      while (taken.size() < max && !nodes.isEmpty()) {
        taken.add(nodes.remove());
      }
      return taken;
    }

    @Override
    public CompletionStage<List<Node>> pull(int most) {
      max = most;
      if (closed || !nodes.isEmpty()) {
        return CompletableFuture.completedFuture(take());
      }
      assertThat(waiting).as("one pull at a time").isNull();
      waiting = new CompletableFuture<>();
      return waiting;
    }

    @Override
    public void close() {
      closed = true;
      CompletableFuture<List<Node>> pull = waiting;
      if (pull != null) {
        pull.complete(List.of());
      }
    }
  }

  private static Node node(NodeKey key, int tcpPort, Optional<NodeRecord> record) {
    return new Node(key.publicKey(), VirtualNetwork.address(20, 1, 1, 1), tcpPort, record);
  }

  private static Node node() {
    return node(NodeKey.generate(), 30303, Optional.empty());
  }

  private static Node[] nodes(int count) {
    Node[] nodes = new Node[count];
    for (int i = 0; i < count; i++) {
      nodes[i] = node();
    }
    return nodes;
  }

  private CompletableFuture<List<Node>> pull(NodeSource source, int max) {
    CompletableFuture<List<Node>> pull = source.pull(max).toCompletableFuture();
    time.pass(Duration.ofMillis(1));
    return pull;
  }

  @Test
  void aSlowSourceGetsItsTurnsBesideAFastOne() {
    fast.put(nodes(100));
    Node[] rare = nodes(3);
    slow.put(rare);
    List<Node> got = new ArrayList<>();
    while (got.size() < 10) {
      got.addAll(pull(mixed, 4).join());
    }
    assertThat(got).contains(rare);
  }

  @Test
  void nobodyWaitsForASourceThatHasNothing() {
    fast.put(nodes(5));
    assertThat(pull(mixed, 5).join()).hasSize(5);
  }

  @Test
  void aWaitingPullIsServedByWhicheverHasSomethingFirst() {
    CompletableFuture<List<Node>> pull = pull(mixed, 5);
    assertThat(pull).isNotDone();
    Node node = node();
    slow.put(node);
    time.pass(Duration.ofMillis(1));
    assertThat(pull.join()).containsExactly(node);
  }

  @Test
  void aNodeThatTwoSourcesKnowComesOnceUntilItsRecordChangesOrTimePasses() {
    NodeKey key = NodeKey.generate();
    Node known = node(key, 30303, Optional.empty());
    fast.put(known);
    slow.put(known);
    assertThat(pull(mixed, 5).join()).containsExactly(known);
    CompletableFuture<List<Node>> next = pull(mixed, 5);
    assertThat(next).isNotDone();
    Node changed = node(key, 30303, Optional.of(NodeRecord.builder().seq(3).sign(key)));
    fast.put(changed);
    time.pass(Duration.ofMillis(1));
    assertThat(next.join()).containsExactly(changed);
    CompletableFuture<List<Node>> later = pull(mixed, 5);
    time.pass(MixedSource.REPEAT_AFTER);
    slow.put(known);
    time.pass(Duration.ofMillis(1));
    assertThat(later.join()).containsExactly(known);
  }

  @Test
  void noMoreThanAFewNodesWaitInTheMix() {
    fast.put(nodes(100));
    pull(mixed, 1).join();
    assertThat(fast.nodes).hasSize(100 - MixedSource.MAX_READY);
  }

  @Test
  void aSourceThatEndsIsLeftOutAndWithTheLastTheMixEnds() {
    fast.close();
    Node node = node();
    slow.put(node);
    assertThat(pull(mixed, 5).join()).containsExactly(node);
    CompletableFuture<List<Node>> last = pull(mixed, 5);
    assertThat(last).isNotDone();
    assertThat(ended).isEmpty();
    slow.close();
    time.pass(Duration.ofMillis(1));
    assertThat(last.join()).isEmpty();
    assertThat(ended).containsExactly(mixed);
  }

  @Test
  void closingTheMixClosesItsSourcesAndEndsAPull() {
    CompletableFuture<List<Node>> pull = pull(mixed, 5);
    mixed.close();
    time.pass(Duration.ofMillis(1));
    assertThat(pull.join()).isEmpty();
    assertThat(fast.closed && slow.closed).isTrue();
    assertThat(ended).containsExactly(mixed);
    assertThat(pull(mixed, 5).join()).isEmpty();
  }

  @Test
  void aFilterPullsOnUntilSomethingPasses() {
    NodeSource dialable = fast.filter(node -> node.tcp().isPresent());
    Node silent = node(NodeKey.generate(), 0, Optional.empty());
    Node listening = node();
    fast.put(silent, silent, silent);
    CompletableFuture<List<Node>> pull = pull(dialable, 2);
    assertThat(pull).isNotDone();
    fast.put(silent, listening);
    assertThat(pull.join()).containsExactly(listening);
    CompletableFuture<List<Node>> last = pull(dialable, 2);
    dialable.close();
    assertThat(last.join()).isEmpty();
  }
}
