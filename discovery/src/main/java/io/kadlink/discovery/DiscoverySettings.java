package io.kadlink.discovery;

import io.kadlink.discovery.table.AddressRules;
import io.kadlink.discovery.table.Contact;
import java.net.InetAddress;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * How one node's discovery behaves, wherever it runs.
 *
 * @param versions the protocols it speaks, at least one
 * @param bootnodes nodes to start from; this node itself may be among them
 * @param refreshPeriod the longest time between two rounds of lookups
 * @param addresses which addresses it has to do with, and which of them are limited in number
 * @param fixedAddresses this node's own, whatever others say; in a family that has none, what
 *     others say of this node's endpoint goes into its record
 */
public record DiscoverySettings(
    Set<DiscoveryVersion> versions,
    List<Contact> bootnodes,
    Duration refreshPeriod,
    AddressRules addresses,
    List<InetAddress> fixedAddresses) {

  /** Kademlia's hour, halved as all Ethereum clients do. */
  public static final Duration DEFAULT_REFRESH_PERIOD = Duration.ofMinutes(30);

  public DiscoverySettings {
    if (versions.isEmpty()) {
      throw new IllegalArgumentException("discovery speaks at least one protocol version");
    }
    versions = EnumSet.copyOf(versions);
    bootnodes = List.copyOf(bootnodes);
    fixedAddresses = List.copyOf(fixedAddresses);
    if (refreshPeriod.isNegative() || refreshPeriod.isZero()) {
      throw new IllegalArgumentException("the refresh period is positive, not " + refreshPeriod);
    }
  }

  /**
   * Both versions, no bootnodes, a refresh each half hour, all addresses, none of its own fixed.
   */
  public static DiscoverySettings defaults() {
    return new DiscoverySettings(
        EnumSet.allOf(DiscoveryVersion.class),
        List.of(),
        DEFAULT_REFRESH_PERIOD,
        AddressRules.defaults(),
        List.of());
  }

  /** The same speaking these versions. */
  public DiscoverySettings withVersions(Set<DiscoveryVersion> spoken) {
    return new DiscoverySettings(spoken, bootnodes, refreshPeriod, addresses, fixedAddresses);
  }

  /** The same starting from these nodes. */
  public DiscoverySettings withBootnodes(List<Contact> nodes) {
    return new DiscoverySettings(versions, nodes, refreshPeriod, addresses, fixedAddresses);
  }

  /** The same with this longest time between two rounds of lookups. */
  public DiscoverySettings withRefreshPeriod(Duration period) {
    return new DiscoverySettings(versions, bootnodes, period, addresses, fixedAddresses);
  }

  /** The same with these rules. */
  public DiscoverySettings withAddresses(AddressRules rules) {
    return new DiscoverySettings(versions, bootnodes, refreshPeriod, rules, fixedAddresses);
  }

  /** The same with these addresses of its own. */
  public DiscoverySettings withFixedAddresses(List<InetAddress> own) {
    return new DiscoverySettings(versions, bootnodes, refreshPeriod, addresses, own);
  }
}
