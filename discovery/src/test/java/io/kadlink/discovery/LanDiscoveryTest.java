package io.kadlink.discovery;

import static io.kadlink.discovery.testing.LoopbackNodes.await;
import static io.kadlink.discovery.testing.LoopbackNodes.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.testing.LoopbackNodes;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Services that know no bootnode, on one local network, with real multicast. */
class LanDiscoveryTest {
  private final LoopbackNodes nodes = new LoopbackNodes();

  @AfterEach
  void close() {
    nodes.close();
  }

  /** Bound to all addresses, as a node is that was told nothing else. */
  private DiscoveryService start() {
    return nodes.start(
        options ->
            options
                .bindAddress(new InetSocketAddress(0))
                .lanAddress(InetAddress.getLoopbackAddress()));
  }

  @Test
  void neighboursFindEachOther() {
    DiscoveryService first = start();
    DiscoveryService second = start();
    assertThat(first.localRecord().udpEndpoint().orElseThrow().getAddress())
        .isEqualTo(InetAddress.getLoopbackAddress());
    await("they know each other", () -> get(first.knows(second.localRecord().id())));
    await("they know each other", () -> get(second.knows(first.localRecord().id())));
  }
}
