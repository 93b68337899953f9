package io.kadlink.cli;

import io.kadlink.identity.NodeId;
import io.kadlink.server.ServerBuilder;
import io.kadlink.server.admission.Eviction;
import io.kadlink.server.admission.PeerLimits;
import io.kadlink.server.admission.Subject;
import io.kadlink.server.reputation.ReputationOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Who may be a peer, who goes when it gets crowded, and what bad behaviour costs. */
final class AdmissionArguments {
  @Option(
      names = "--deny",
      paramLabel = "WHOM",
      split = ",",
      converter = SubjectConverter.class,
      description =
          "Never peers: nodes (enode, enr, id), IP addresses, networks (CIDR), IP:port. Repeatable.")
  private List<Subject> denied = new ArrayList<>();

  @Option(
      names = "--allow",
      paramLabel = "WHOM",
      split = ",",
      converter = SubjectConverter.class,
      description = "The allow list, which counts with --allow-only; as --deny.")
  private List<Subject> allowed = new ArrayList<>();

  @Option(
      names = "--allow-only",
      description = "Only those on the allow list, static and trusted nodes may be peers.")
  private boolean allowOnly;

  @Option(
      names = "--max-peers-per-ip",
      paramLabel = "N",
      description = "Sessions with one public IP address (default: ${DEFAULT-VALUE}).")
  private int perAddress = PeerLimits.DEFAULT_PER_ADDRESS;

  @Option(
      names = "--max-peers-per-subnet",
      paramLabel = "N",
      description = "Sessions with one IPv4 /24 or IPv6 /64 (default: ${DEFAULT-VALUE}).")
  private int perSubnet = PeerLimits.DEFAULT_PER_SUBNET;

  @Option(
      names = "--preferred-nodes",
      paramLabel = "URL",
      split = ",",
      description =
          "Nodes that matter more than others, such as consensus members: admitted even when full,"
              + " never evicted; as --bootnodes.")
  private List<String> preferred = new ArrayList<>();

  @Option(
      names = "--eviction",
      paramLabel = "none|random|fifo|lifo",
      description =
          "Who makes room, when full, for a static, trusted or preferred node (default:"
              + " ${DEFAULT-VALUE}).")
  private Eviction eviction = Eviction.NONE;

  @Option(
      names = "--rotate-peers",
      description = "While full, let a random peer go every few minutes (default: off).")
  private boolean rotate;

  @Option(
      names = "--ban",
      paramLabel = "DURATION",
      converter = Durations.class,
      description = "For a score under 40 (default: 10m; 0: no ban).")
  private Duration ban = ReputationOptions.DEFAULT.ban();

  @Option(
      names = "--fatal-ban",
      paramLabel = "DURATION",
      converter = Durations.class,
      description = "For a breach of protocol (default: 1h; 0: no ban).")
  private Duration fatalBan = ReputationOptions.DEFAULT.fatalBan();

  AdmissionArguments() {}

  void addTo(ServerBuilder builder) {
    List<NodeId> ids = NodeAddress.parseAll(preferred).stream().map(node -> node.id()).toList();
    builder
        .deny(denied)
        .allow(allowed)
        .allowListOnly(allowOnly)
        .peersPerPlace(perAddress, perSubnet)
        .preferredNodes(ids)
        .eviction(eviction)
        .rotatePeers(rotate)
        .reputation(ReputationOptions.DEFAULT.withBan(ban).withFatalBan(fatalBan));
  }
}
