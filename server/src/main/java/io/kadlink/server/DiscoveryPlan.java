package io.kadlink.server;

import io.kadlink.discovery.DiscoveryVersion;
import io.kadlink.identity.Enode;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How nodes are to be found.
 *
 * @param versions the protocols spoken over UDP; none means no discovery
 * @param port the UDP port, or {@link #SAME_AS_TCP}
 * @param fallbackAddress told while nothing better is known
 * @param bootnodes nodes to start from
 * @param database where nodes are remembered
 */
record DiscoveryPlan(
    Set<DiscoveryVersion> versions,
    int port,
    Optional<InetAddress> fallbackAddress,
    List<Enode> bootnodes,
    Optional<Path> database) {

  /** For {@link #port}: whatever number the TCP port has. */
  static final int SAME_AS_TCP = -1;

  DiscoveryPlan {
    versions = Set.copyOf(versions);
    bootnodes = List.copyOf(bootnodes);
  }

  boolean isOn() {
    return !versions.isEmpty();
  }
}
