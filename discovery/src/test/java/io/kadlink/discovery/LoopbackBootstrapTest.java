package io.kadlink.discovery;

import static io.kadlink.discovery.testing.LoopbackNodes.await;
import static io.kadlink.discovery.testing.LoopbackNodes.enode;
import static io.kadlink.discovery.testing.LoopbackNodes.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.testing.LoopbackNodes;
import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeKey;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Real sockets: nodes that know one bootnode find each other within seconds. */
class LoopbackBootstrapTest {
  private final LoopbackNodes nodes = new LoopbackNodes();

  @AfterEach
  void stop() {
    nodes.close();
  }

  @Test
  void twelveNodesFindEachOtherThroughOneBootnode() {
    List<DiscoveryService> all = new ArrayList<>();
    all.add(nodes.start(30303));
    Enode bootnode = enode(all.get(0));
    for (int i = 1; i < 12; i++) {
      all.add(nodes.start(30303 + i, bootnode));
    }
    for (DiscoveryService node : all) {
      await("everyone is known", () -> get(node.table()).size() == 11);
    }
    assertThat(all).allMatch(node -> node.distinctNodesSeen() == 11);
    assertThat(get(all.get(3).table()))
        .extracting(Node::tcpPort)
        .containsExactlyInAnyOrder(
            30303, 30304, 30305, 30307, 30308, 30309, 30310, 30311, 30312, 30313, 30314);
    var target = NodeKey.generate().publicKey();
    assertThat(get(all.get(5).lookup(target)).closest())
        .hasSize(11)
        .isSortedAccordingTo((a, b) -> target.id().compareDistance(a.id(), b.id()));
  }

  @Test
  void aNodeThatComesAgainAtItsOldAddressIsTakenBack() {
    DiscoveryService bootnode = nodes.start(30303);
    NodeKey key = NodeKey.generate();
    // an address of its own: nobody else on the machine takes the port in between
    DiscoveryService first = start(key, new InetSocketAddress("127.0.0.77", 0), bootnode);
    await("they know each other", () -> get(bootnode.knows(key.id())));
    InetSocketAddress address = first.localAddress();
    first.close();
    DiscoveryService second = start(key, address, bootnode);
    await("it knows the bootnode", () -> get(second.knows(bootnode.localRecord().id())));
    // The bootnode remembers the old proof and need not ping back; lookups work all the same.
    assertThat(get(second.lookup(NodeKey.generate().publicKey())).closest()).hasSize(1);
  }

  private DiscoveryService start(NodeKey key, InetSocketAddress address, DiscoveryService boot) {
    DiscoveryService service =
        get(
            DiscoveryService.start(
                DiscoveryOptions.builder(key, nodes.eventLoop())
                    .bindAddress(address)
                    .bootnode(enode(boot))
                    .build()));
    nodes.closeLater(service);
    return service;
  }

  @Test
  void aNodeWithoutBootnodesPings() {
    assertThat(get(nodes.start(0).ping(enode(nodes.start(0))))).isPositive();
  }
}
