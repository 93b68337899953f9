package io.kadlink.cli;

import io.kadlink.discovery.DiscoveryVersion;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of {@code kadlink node}, in the conventions of geth and Besu. */
final class NodeOptions {
  @Mixin CommonOptions common = new CommonOptions();

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "TCP port, 0 takes a free one (default: ${DEFAULT-VALUE}).")
  int port = 30303;

  @Option(
      names = "--discovery-port",
      paramLabel = "N",
      description = "UDP port (default: the number of the TCP port).")
  @Nullable Integer discoveryPort;

  @Option(
      names = "--bootnodes",
      paramLabel = "URL",
      split = ",",
      description = "enode or ENR to find others through; @FILE reads a list. Repeatable.")
  List<String> bootnodes = new ArrayList<>();

  @Option(
      names = "--static-nodes",
      paramLabel = "URL",
      split = ",",
      description = "Nodes to stay connected with; as --bootnodes, or enode://KEY alone.")
  List<String> staticNodes = new ArrayList<>();

  @Option(
      names = "--trusted-nodes",
      paramLabel = "URL",
      split = ",",
      description = "Nodes admitted even when full; as --bootnodes.")
  List<String> trustedNodes = new ArrayList<>();

  @Option(
      names = "--discovery",
      paramLabel = "v4,v5|v4|v5|none",
      split = ",",
      description = "Discovery protocols on the UDP port (default: v4,v5).")
  List<String> discovery = List.of("v4", "v5");

  @Option(
      names = "--dns-discovery",
      paramLabel = "URL",
      split = ",",
      description = "DNS lists of nodes to dial, enrtree://KEY@domain (default: none). Repeatable.")
  List<String> dnsLists = new ArrayList<>();

  @Option(
      names = "--mdns",
      paramLabel = "IP",
      description =
          "Announce this node, and look for others, on the local network of this own address"
              + " (default: off).")
  @Nullable InetAddress mdns;

  @Option(
      names = "--max-peers",
      paramLabel = "N",
      description = "Sessions at most (default: ${DEFAULT-VALUE}).")
  int maxPeers = 50;

  @Mixin AdmissionArguments admission = new AdmissionArguments();

  @Mixin MembershipArguments membership = new MembershipArguments();

  @Option(
      names = "--network-id",
      paramLabel = "N",
      description = "eth network id (default: the chain id).")
  @Nullable Long networkId;

  @Option(
      names = "--genesis",
      paramLabel = "FILE",
      description = "genesis.json in geth's format (default: the built-in dev chain).")
  @Nullable Path genesis;

  @Option(
      names = "--import",
      paramLabel = "FILE",
      description = "RLP blocks, as geth exports them, imported before the network starts.")
  @Nullable Path importFile;

  @Option(
      names = "--state",
      paramLabel = "FILE",
      description =
          "The state of the head as geth's dump writes it, for transactions on a chain whose"
              + " contracts are not executed here.")
  @Nullable Path state;

  @Mixin PoolArguments pool = new PoolArguments();

  @Option(
      names = "--rpc-port",
      paramLabel = "N",
      description = "JSON-RPC over HTTP and WebSocket on loopback (default: off).")
  @Nullable Integer rpcPort;

  @Option(
      names = "--engine-port",
      paramLabel = "N",
      description = "Engine API for a consensus layer, on loopback (default: off).")
  @Nullable Integer enginePort;

  @Option(
      names = "--jwt-secret",
      paramLabel = "FILE",
      description =
          "The secret shared with the consensus layer, 64 hex digits; made when there is none"
              + " (default: jwt.hex in the data directory).")
  @Nullable Path jwtSecret;

  @Option(names = "--no-listen", description = "No TCP listener: a node that can only dial.")
  boolean noListen;

  @Option(
      names = "--dev-wallet",
      paramLabel = "N",
      description = "Sign kadlink_transfer with the dev chain's funded account N.")
  @Nullable Integer devWallet;

  @Option(
      names = "--dev-produce",
      paramLabel = "SECONDS",
      description = "Produce a block every so many seconds. One node of a network should.")
  @Nullable Integer devProduce;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "The same options from a TOML file; the command line wins.")
  @Nullable Path config;

  /** The file of {@code --jwt-secret}. */
  Path jwtSecretFile() {
    return jwtSecret == null ? common.dataDir.resolve("jwt.hex") : jwtSecret;
  }

  /** The versions of {@code --discovery}; none for {@code none}. */
  Set<DiscoveryVersion> discoveryVersions() {
    Set<DiscoveryVersion> versions = EnumSet.noneOf(DiscoveryVersion.class);
    if (discovery.equals(List.of("none"))) {
      return versions;
    }
    for (String name : discovery) {
      versions.add(
          switch (name) {
            case "v4" -> DiscoveryVersion.V4;
            case "v5" -> DiscoveryVersion.V5;
            default ->
                throw new CommandFailure(
                    "--discovery takes v4, v5, both with a comma between, or none, not '"
                        + String.join(",", discovery)
                        + "'");
          });
    }
    return versions;
  }
}
