package io.kadlink.testnet.sim;

import io.kadlink.discovery.DiscoverySettings;
import io.kadlink.discovery.DiscoveryVersion;
import io.kadlink.discovery.LocalDiscovery;
import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.table.LocalNode;
import io.kadlink.discovery.udp.Transport;
import io.kadlink.identity.NodeKey;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * The one place that knows how a node is put together: the production classes, as a node on a
 * socket has them. All nodes count into one registry, which so holds totals of the network.
 */
final class NodeFactory {
  private final Set<DiscoveryVersion> versions;
  private final MeterRegistry registry;

  NodeFactory(Set<DiscoveryVersion> versions) {
    this.versions = versions;
    this.registry = new SimpleMeterRegistry();
    // A gauge belongs to one node; of thousands under one name only the first would be seen.
    registry.config().meterFilter(MeterFilter.denyNameStartsWith("kadlink.discovery.table"));
  }

  MeterRegistry registry() {
    return registry;
  }

  /** A node that is not started yet. */
  LocalDiscovery build(
      Loop loop,
      NodeKey key,
      Optional<InetAddress> advertised,
      Transport transport,
      RandomGenerator random,
      List<Contact> bootnodes) {
    int port = transport.localAddress().getPort();
    LocalNode local =
        new LocalNode(loop, key, advertised.stream().toList(), port, port, Optional.empty());
    return new LocalDiscovery(
        loop,
        local,
        transport,
        random,
        registry,
        DiscoverySettings.defaults().withVersions(versions).withBootnodes(bootnodes),
        Optional.empty());
  }
}
