package io.kadlink.discovery.dns;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.DiscoveryService;
import io.kadlink.discovery.DiscoveryVersion;
import io.kadlink.discovery.Node;
import io.kadlink.discovery.NodeSource;
import io.kadlink.discovery.testing.LoopbackNodes;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.ResolverConfig;

/** A discovery service that is told of a DNS list, and asks the system's resolver for it. */
class ServiceOfListsTest {
  /** dnsjava takes the system's servers from here, when it is set. */
  private static final String SYSTEM_SERVER = "dns.server";

  private final LoopbackNodes nodes = new LoopbackNodes();
  private TinyDnsServer server;

  @BeforeEach
  void serve() throws Exception {
    server = new TinyDnsServer();
    System.setProperty(SYSTEM_SERVER, "127.0.0.1:" + server.address().getPort());
    ResolverConfig.refresh();
  }

  @AfterEach
  void stop() throws Exception {
    System.clearProperty(SYSTEM_SERVER);
    ResolverConfig.refresh();
    nodes.close();
    server.close();
  }

  @Test
  void aDialerGetsTheNodesOfTheList() {
    server.publish(Lists.tree("n.example", 1, Lists.records(0, 5)));
    DiscoveryService service =
        nodes.start(
            builder ->
                builder.versions(EnumSet.of(DiscoveryVersion.V5)).dnsList(Lists.link("n.example")));
    Set<Object> found = new LinkedHashSet<>();
    try (NodeSource source = service.nodes()) {
      while (found.size() < 5) {
        for (Node node : LoopbackNodes.get(source.pull(5))) {
          found.add(node.record().orElseThrow());
        }
      }
    }
    assertThat(found).containsExactlyInAnyOrderElementsOf(Lists.records(0, 5));
  }
}
