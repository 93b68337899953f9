package io.kadlink.cli;

import io.kadlink.discovery.crawl.CrawledNode;
import io.kadlink.discovery.crawl.NodeSet;
import io.kadlink.discovery.crawl.NodeSetJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kadlink nodeset}: node sets that a crawl left, in geth's {@code nodes.json} format. */
@Command(
    name = "nodeset",
    description = "Look at and filter the node sets of a crawl.",
    mixinStandardHelpOptions = true)
final class NodesetCommand implements Runnable {
  /** A set that was made elsewhere may be larger than what a crawl keeps. */
  private static final int MAX_NODES = 1_000_000;

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init")
  NodesetCommand() {}

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "nodeset info, or nodeset filter?");
  }

  @Command(
      name = "info",
      description = "Counts nodes by network, fork id, address range, age and record entries.",
      mixinStandardHelpOptions = true)
  void info(
      @Parameters(paramLabel = "FILE", description = "A nodes.json file.") Path file,
      @Option(names = "--json", description = "Print JSON.") boolean json) {
    NodeStatistics statistics = NodeStatistics.of(NodesFile.read(file, MAX_NODES).nodes());
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(Json.print(statistics.fields()));
      out.flush();
    } else {
      statistics.print(out);
    }
  }

  @Command(
      name = "filter",
      description = "Prints the nodes that pass all filters, as a node set again.",
      mixinStandardHelpOptions = true)
  void filter(
      @Parameters(paramLabel = "FILE", description = "A nodes.json file.") Path file,
      @Mixin NodeFilters filters,
      @Option(
              names = "--output",
              paramLabel = "FILE",
              description = "Where to write the set (default: stdout).")
          @Nullable Path output,
      @Option(names = "--json", description = "Print JSON, as it does anyway.") boolean json)
      throws IOException {
    NodeSet set = NodesFile.read(file, MAX_NODES);
    List<CrawledNode> passing = filters.apply(set.nodes());
    if (output != null) {
      NodesFile.write(output, passing);
      return;
    }
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    NodeSetJson.write(text, passing);
    PrintWriter out = spec.commandLine().getOut();
    out.println(text.toString(StandardCharsets.UTF_8));
    out.flush();
  }
}
