package io.kadlink.cli;

import io.kadlink.discovery.DiscoveryVersion;
import io.kadlink.identity.Enode;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Option;

/** By which protocols and through which nodes a command gets into a network. */
final class DiscoveryNetwork {
  @Option(
      names = "--bootnodes",
      paramLabel = "URL",
      split = ",",
      description = "enode or ENR to find others through; @FILE reads a list. Repeatable.")
  private List<String> bootnodes = new ArrayList<>();

  @Option(
      names = "--discovery",
      paramLabel = "VERSION",
      split = ",",
      description = "Protocols: v4, v5 or v4,v5 (default: both).")
  private List<DiscoveryVersion> versions = new ArrayList<>();

  DiscoveryNetwork() {}

  /**
   * The bootnodes, host names looked up.
   *
   * @throws CommandFailure when one can't be read or found
   */
  List<Enode> bootnodes() {
    return NodeAddress.parseAll(bootnodes).stream().map(Waiting::resolved).toList();
  }

  /** The protocols to speak. */
  Set<DiscoveryVersion> versions() {
    return versions.isEmpty() ? EnumSet.allOf(DiscoveryVersion.class) : EnumSet.copyOf(versions);
  }
}
