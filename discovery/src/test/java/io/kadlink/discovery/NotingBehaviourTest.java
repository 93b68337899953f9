package io.kadlink.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.lookup.Target;
import io.kadlink.discovery.store.DatabaseOptions;
import io.kadlink.discovery.store.NodeDatabase;
import io.kadlink.discovery.store.NodeStatistics;
import io.kadlink.discovery.store.NodeStore;
import io.kadlink.discovery.store.StoredNode;
import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.table.LocalNode;
import io.kadlink.discovery.testing.VirtualNetwork;
import io.kadlink.discovery.udp.Transport;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeKey;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.junit.jupiter.api.Test;

/** What a node that speaks both versions notes of others, on virtual time. */
class NotingBehaviourTest {
  private static final InetSocketAddress HERE = VirtualNetwork.address(50, 1, 1, 1);

  private final NodeStore store = NodeStore.inMemory();

  /** A node with a database, in a network whose other nodes speak what that was told. */
  private final class Noting {
    final VirtualNetwork network;
    final NodeDatabase database;
    final LocalDiscovery discovery;

    Noting(VirtualNetwork network) {
      this.network = network;
      this.database =
          new NodeDatabase(
              store,
              network.time,
              Runnable::run,
              DatabaseOptions.defaults(),
              new SimpleMeterRegistry());
      NodeKey key = NodeKey.of(Bytes32.leftPad(Bytes.of(7)));
      AtomicReference<LocalDiscovery> target = new AtomicReference<>();
      Transport transport =
          network.open(HERE, (from, datagram) -> target.get().received(from, datagram));
      this.discovery =
          new LocalDiscovery(
              network.time,
              new LocalNode(
                  network.time,
                  key,
                  List.of(HERE.getAddress()),
                  HERE.getPort(),
                  0,
                  Optional.empty()),
              transport,
              new Random(3),
              new SimpleMeterRegistry(),
              DiscoverySettings.defaults(),
              Optional.of(database));
      target.set(discovery);
    }

    void ping(DiscoveryVersion version, Contact contact) {
      discovery.overlay(version).orElseThrow().protocol().ping(contact, answer -> {});
      network.time.pass(Duration.ofSeconds(3));
    }

    NodeStatistics statistics(NodeId id) {
      List<Optional<StoredNode>> found = new ArrayList<>();
      database.find(id, found::add);
      network.time.pass(Duration.ZERO);
      return found.get(0).orElseThrow().statistics();
    }
  }

  @Test
  void aNodeThatSpeaksOneVersionIsNoWorseForNotAnsweringTheOther() {
    Noting node = new Noting(new VirtualNetwork(1));
    VirtualNetwork.Node other = node.network.start();
    for (int i = 0; i < 3; i++) {
      node.ping(DiscoveryVersion.V4, other.contact());
      node.ping(DiscoveryVersion.V5, other.contact());
    }
    NodeStatistics statistics = node.statistics(other.id());
    assertThat(statistics.v4().pingsAnswered()).isGreaterThanOrEqualTo(3);
    assertThat(statistics.v4().pingsMissed()).isZero();
    assertThat(statistics.v5().pingsAnswered()).isZero();
    assertThat(statistics.v5().pingsMissed()).isEqualTo(3);
    assertThat(statistics.consecutiveFailures()).isZero();
  }

  @Test
  void whatIsUnansweredWhenWeCloseIsNotHeldAgainstAnybody() {
    Noting node = new Noting(new VirtualNetwork(1, EnumSet.allOf(DiscoveryVersion.class)));
    VirtualNetwork.Node other = node.network.start();
    for (DiscoveryVersion version : DiscoveryVersion.values()) {
      node.ping(version, other.contact());
    }
    NodeStatistics before = node.statistics(other.id());
    List<Boolean> answers = new ArrayList<>();
    for (Overlay overlay : node.discovery.overlays()) {
      overlay.protocol().ping(other.contact(), answer -> answers.add(answer.isPresent()));
      overlay
          .protocol()
          .findNode(
              other.contact(),
              Target.of(other.key.publicKey()),
              answer -> answers.add(answer.isPresent()));
    }

    node.discovery.close();

    assertThat(answers).containsExactly(false, false, false, false);
    assertThat(node.statistics(other.id())).isEqualTo(before);
    assertThat(before.v4().answers()).isTrue();
    assertThat(before.v5().answers()).isTrue();
  }
}
