package io.kadlink.cli;

import io.kadlink.discovery.crawl.CrawledNode;
import io.kadlink.identity.NodeRecord;
import io.kadlink.protocols.eth.ForkIdEntry;
import io.kadlink.protocols.eth.chain.PublicNetwork;
import io.kadlink.server.admission.Cidr;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which nodes of a set, as options: all that are given must hold. */
final class NodeFilters {
  @Option(
      names = "--ip",
      paramLabel = "CIDR",
      split = ",",
      converter = CidrConverter.class,
      description = "In one of these networks.")
  private List<Cidr> networks = new ArrayList<>();

  @Option(
      names = "--min-age",
      paramLabel = "TIME",
      converter = Durations.class,
      description = "So long between first and last answer, like 24h or 7d.")
  private @Nullable Duration minAge;

  @Option(
      names = "--eth-network",
      paramLabel = "NAME",
      description = "With a fork id of ${COMPLETION-CANDIDATES}.")
  private @Nullable PublicNetwork network;

  @Option(names = "--les-server", description = "Serving light clients (les).")
  private boolean les;

  @Option(names = "--snap", description = "Serving snap sync.")
  private boolean snap;

  @Option(names = "--dialable", description = "With a TCP or QUIC port.")
  private boolean dialable;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "At most so many, those with the highest score.")
  private @Nullable Integer limit;

  @SuppressWarnings("NullAway.Init")
  NodeFilters() {}

  /** The nodes that pass, sorted by id. */
  List<CrawledNode> apply(List<CrawledNode> nodes) {
    Stream<CrawledNode> passing = nodes.stream().filter(node -> passes(node));
    if (limit != null) {
      passing =
          passing
              .sorted(Comparator.comparingInt(CrawledNode::score).reversed())
              .limit(limit)
              .sorted(Comparator.comparing(node -> node.id().bytes()));
    }
    return passing.toList();
  }

  private boolean passes(CrawledNode node) {
    if (minAge != null
        && Duration.between(node.firstResponse(), node.lastResponse()).compareTo(minAge) < 0) {
      return false;
    }
    Optional<NodeRecord> record = node.record();
    return (networks.isEmpty() || isInNetworks(node))
        && (network == null || record.flatMap(ForkIdEntry::of).filter(network::has).isPresent())
        && (!les || hasList(record, "les"))
        && (!snap || hasList(record, "snap"))
        && (!dialable || isDialable(node, record));
  }

  private boolean isInNetworks(CrawledNode node) {
    return node.contact()
        .filter(contact -> networks.stream().anyMatch(cidr -> cidr.contains(contact.address())))
        .isPresent();
  }

  /** Both protocols announce themselves by a list, whatever is in it. */
  private static boolean hasList(Optional<NodeRecord> record, String key) {
    return record.filter(it -> it.entry(key).isPresent() && it.bytes(key).isEmpty()).isPresent();
  }

  private static boolean isDialable(CrawledNode node, Optional<NodeRecord> record) {
    if (record.isEmpty()) {
      return node.contact().filter(contact -> contact.tcpPort() != 0).isPresent();
    }
    return Stream.of("tcp", "tcp6", "quic", "quic6")
        .anyMatch(key -> record.get().bytes(key).filter(port -> !port.isZero()).isPresent());
  }
}
