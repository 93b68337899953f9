package io.kadlink.protocols.eth;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.wire.EthSamples;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.server.testing.MemoryNetwork;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.tuweni.bytes.Bytes32;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sixteen nodes with four links each, one of which makes blocks; the same seed, the same run. */
class SmallWorldTest {
  private static final int NODES = 16;

  private final List<EthNode> nodes = new ArrayList<>();

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void everyTransactionAndBlockReachesEveryNodeWithoutMuchWaste(long seed) {
    MemoryNetwork network = smallWorld(seed);
    SplittableRandom random = new SplittableRandom(seed);
    List<Bytes32> sent = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      Transaction transaction = EthSamples.transfer(i);
      sent.add(transaction.hash());
      nodes.get(random.nextInt(NODES)).eth().sendTransaction(transaction);
      if (i % 3 == 0) {
        nodes.getFirst().chain().grow(1);
      }
      network.loop().advance(Duration.ofMillis(random.nextInt(300)));
    }
    network.loop().advance(Duration.ofSeconds(5));

    for (EthNode node : nodes) {
      assertThat(node.chain().head()).isEqualTo(nodes.getFirst().chain().head());
      assertThat(node.chain().pool().hashes(1000)).containsExactlyInAnyOrderElementsOf(sent);
      assertThat(node.node().violations()).isEmpty();
      assertThat(node.counted("kadlink.eth.peers.dropped")).isZero();
      // Blocks are imported once; whole transactions seldom cross on the way.
      assertThat(node.chain().imports()).doesNotHaveDuplicates();
    }
    double copies =
        nodes.stream().mapToInt(node -> node.chain().pool().offered().size()).sum()
            / (double) (NODES * sent.size());
    assertThat(copies).isLessThan(2);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void theOthersGoOnWhenNodesComeAndGo(long seed) {
    MemoryNetwork network = smallWorld(seed);
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 20; round++) {
      nodes.getFirst().chain().grow(random.nextInt(12));
      EthNode a = nodes.get(random.nextInt(NODES));
      EthNode b = nodes.get(random.nextInt(NODES));
      if (a != b && a.node().peer(b.node().id()).isPresent()) {
        network.unlink(a.node(), b.node(), DisconnectReason.REQUESTED);
      } else if (a != b) {
        a.dials(b);
      }
      if (round == 10) {
        nodes.add(new EthNode(network, new FakeChain()).dials(a));
      }
      network.loop().advance(Duration.ofMillis(random.nextInt(500)));
    }
    network.loop().advance(Duration.ofSeconds(10));
    for (EthNode node : nodes) {
      if (!node.node().peers().isEmpty()) {
        assertThat(node.chain().head()).isEqualTo(nodes.getFirst().chain().head());
      }
      assertThat(node.node().violations()).isEmpty();
    }
  }

  private MemoryNetwork smallWorld(long seed) {
    MemoryNetwork network = new MemoryNetwork(seed);
    for (int i = 0; i < NODES; i++) {
      nodes.add(new EthNode(network, new FakeChain()));
    }
    for (int i = 0; i < NODES; i++) {
      nodes.get(i).dials(nodes.get((i + 1) % NODES)).dials(nodes.get((i + 5) % NODES));
    }
    network.loop().advance(Duration.ofSeconds(1));
    return network;
  }
}
