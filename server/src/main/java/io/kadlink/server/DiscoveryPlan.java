package io.kadlink.server;

import io.kadlink.discovery.DiscoveryVersion;
import io.kadlink.discovery.dns.TreeLink;
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
 * @param dnsLists lists of nodes worth a dial
 * @param lanAddress on whose network to announce this node and look for others
 * @param limitLan whether loopback and private addresses are limited in number, too
 */
record DiscoveryPlan(
    Set<DiscoveryVersion> versions,
    int port,
    Optional<InetAddress> fallbackAddress,
    List<Enode> bootnodes,
    Optional<Path> database,
    List<TreeLink> dnsLists,
    Optional<InetAddress> lanAddress,
    boolean limitLan) {

  /** For {@link #port}: whatever number the TCP port has. */
  static final int SAME_AS_TCP = -1;

  DiscoveryPlan {
    versions = Set.copyOf(versions);
    bootnodes = List.copyOf(bootnodes);
    dnsLists = List.copyOf(dnsLists);
  }

  boolean isOn() {
    return !versions.isEmpty();
  }
}
