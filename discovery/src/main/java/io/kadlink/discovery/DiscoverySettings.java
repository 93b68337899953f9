package io.kadlink.discovery;

import io.kadlink.discovery.table.AddressRules;
import io.kadlink.discovery.table.Contact;
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
 * @param predictEndpoint whether what others say of this node's endpoint goes into its record
 */
public record DiscoverySettings(
    Set<DiscoveryVersion> versions,
    List<Contact> bootnodes,
    Duration refreshPeriod,
    AddressRules addresses,
    boolean predictEndpoint) {

  /** Kademlia's hour, halved as all Ethereum clients do. */
  public static final Duration DEFAULT_REFRESH_PERIOD = Duration.ofMinutes(30);

  public DiscoverySettings {
    if (versions.isEmpty()) {
      throw new IllegalArgumentException("discovery speaks at least one protocol version");
    }
    versions = EnumSet.copyOf(versions);
    bootnodes = List.copyOf(bootnodes);
    if (refreshPeriod.isNegative() || refreshPeriod.isZero()) {
      throw new IllegalArgumentException("the refresh period is positive, not " + refreshPeriod);
    }
  }

  /** Both versions, no bootnodes, a refresh each half hour, all addresses, prediction on. */
  public static DiscoverySettings defaults() {
    return new DiscoverySettings(
        EnumSet.allOf(DiscoveryVersion.class),
        List.of(),
        DEFAULT_REFRESH_PERIOD,
        AddressRules.defaults(),
        true);
  }

  public DiscoverySettings withVersions(Set<DiscoveryVersion> spoken) {
    return new DiscoverySettings(spoken, bootnodes, refreshPeriod, addresses, predictEndpoint);
  }

  public DiscoverySettings withBootnodes(List<Contact> nodes) {
    return new DiscoverySettings(versions, nodes, refreshPeriod, addresses, predictEndpoint);
  }

  public DiscoverySettings withRefreshPeriod(Duration period) {
    return new DiscoverySettings(versions, bootnodes, period, addresses, predictEndpoint);
  }

  public DiscoverySettings withAddresses(AddressRules rules) {
    return new DiscoverySettings(versions, bootnodes, refreshPeriod, rules, predictEndpoint);
  }

  public DiscoverySettings withPredictEndpoint(boolean predict) {
    return new DiscoverySettings(versions, bootnodes, refreshPeriod, addresses, predict);
  }
}
