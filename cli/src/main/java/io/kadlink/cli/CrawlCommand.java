package io.kadlink.cli;

import io.kadlink.discovery.Crawl;
import io.kadlink.discovery.crawl.CrawlOptions;
import io.kadlink.discovery.crawl.CrawlReport;
import io.kadlink.discovery.crawl.CrawledNode;
import io.kadlink.discovery.crawl.NodeSet;
import io.kadlink.discovery.table.Contact;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kadlink crawl}: visits every node of a network and keeps what they say in a file. */
@Command(
    name = "crawl",
    description = {
      "Visit every node of a network, and print how they are spread.",
      "With FILE, in geth's nodes.json format: starts from the nodes in it, checks them again, and"
          + " keeps what was found there, also when it is interrupted. Progress goes to stderr."
    },
    mixinStandardHelpOptions = true)
final class CrawlCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private LogOptions log;
  @Mixin private DiscoveryNetwork network;

  @Parameters(
      paramLabel = "FILE",
      arity = "0..1",
      description = "Where the node set is kept; made when there is none.")
  private @Nullable Path file;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "30m",
      converter = Durations.class,
      description = "When to end although nodes are left (default: ${DEFAULT-VALUE}).")
  private Duration limit;

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "Nodes asked at a time by each protocol, 1 to 200 (default: ${DEFAULT-VALUE}).")
  private int workers = CrawlOptions.DEFAULT_WORKERS;

  @Option(
      names = "--recheck-after",
      paramLabel = "TIME",
      defaultValue = "10m",
      converter = Durations.class,
      description =
          "Nodes in FILE that were checked a shorter time ago are not checked again"
              + " (default: ${DEFAULT-VALUE}).")
  private Duration recheckAfter;

  @Option(
      names = "--max-nodes",
      paramLabel = "N",
      description = "Nodes kept at most (default: ${DEFAULT-VALUE}).")
  private int maxNodes = NodeSet.DEFAULT_MAX_NODES;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @SuppressWarnings("NullAway.Init")
  CrawlCommand() {}

  @Override
  public Integer call() {
    log.applyQuietly();
    CrawlOptions options = options();
    NodeSet set =
        file != null && Files.exists(file) ? NodesFile.read(file, maxNodes) : new NodeSet(maxNodes);
    List<Contact> bootnodes =
        network.bootnodes().stream()
            .map(it -> Contact.of(it.publicKey(), it.udpEndpoint(), it.tcpPort()))
            .toList();
    if (set.size() == 0 && bootnodes.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "A crawl starts from --bootnodes, or from a FILE with nodes");
    }
    try (DiscoveryClient client =
        DiscoveryClient.open(network.versions(), addresses(set, bootnodes), List.of())) {
      Crawl crawl = client.service().crawl(set, bootnodes, options);
      CrawlWatch watch =
          new CrawlWatch(crawl, Optional.ofNullable(file), spec.commandLine().getErr());
      CrawlReport report = watch.untilDone(limit);
      print(report, watch.nodes());
      watch.end();
    }
    return 0;
  }

  private CrawlOptions options() {
    try {
      return new CrawlOptions(workers, limit, recheckAfter);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage());
    }
  }

  private static List<InetAddress> addresses(NodeSet set, List<Contact> bootnodes) {
    return Stream.concat(
            bootnodes.stream(), set.nodes().stream().flatMap(node -> node.contact().stream()))
        .map(Contact::address)
        .distinct()
        .toList();
  }

  private void print(CrawlReport report, List<CrawledNode> nodes) {
    NodeStatistics statistics = NodeStatistics.of(nodes);
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("crawl", fields(report));
      fields.put("set", statistics.fields());
      out.println(Json.print(fields));
      out.flush();
      return;
    }
    Output.print(spec, fields(report), false, Optional.empty());
    out.println();
    statistics.print(out);
  }

  private static Map<String, Object> fields(CrawlReport report) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("complete", report.complete());
    fields.put("seconds", report.took().toMillis() / 1_000.0);
    fields.put("seen", report.seen());
    fields.put("added", report.added());
    fields.put("updated", report.updated());
    fields.put("removed", report.removed());
    fields.put("recent", report.recent());
    fields.put("withoutRecord", report.withoutRecord());
    fields.put("silent", report.silent());
    fields.put("left", report.waiting() + report.running());
    fields.put("dropped", report.dropped());
    fields.put("questions", report.questions());
    return fields;
  }
}
