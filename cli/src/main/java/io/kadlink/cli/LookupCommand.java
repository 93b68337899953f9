package io.kadlink.cli;

import io.kadlink.discovery.LookupReport;
import io.kadlink.discovery.Node;
import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.PublicKey;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kadlink lookup}: the nodes nearest to a target, and what it took to find them. */
@Command(
    name = "lookup",
    description = "Find the nodes nearest to a target, and print what it took.",
    mixinStandardHelpOptions = true)
final class LookupCommand implements Callable<Integer> {
  private static final String RANDOM = "random";

  @Spec private CommandSpec spec;
  @Mixin private LogOptions log;
  @Mixin private DiscoveryNetwork network;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "30s",
      converter = Durations.class,
      description = "How long it may take (default: ${DEFAULT-VALUE}).")
  private Duration limit;

  @Parameters(
      paramLabel = "TARGET",
      description = "enode URL, ENR, public key of 128 hex digits, or random.")
  private String target;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @SuppressWarnings("NullAway.Init")
  LookupCommand() {}

  @Override
  public Integer call() {
    log.applyQuietly();
    List<Enode> bootnodes = network.bootnodes();
    if (bootnodes.isEmpty()) {
      throw new ParameterException(spec.commandLine(), "A lookup starts from --bootnodes");
    }
    PublicKey key =
        target.equals(RANDOM) ? NodeKey.generate().publicKey() : NodeTarget.parse(target).key();
    try (DiscoveryClient client =
        DiscoveryClient.open(
            network.versions(),
            bootnodes.stream().map(bootnode -> bootnode.udpEndpoint().getAddress()).toList(),
            bootnodes)) {
      client.awaitBootnode(limit);
      LookupReport report =
          Waiting.on(client.service().lookup(key), limit, "The lookup did not end");
      print(key, report);
    }
    return 0;
  }

  private void print(PublicKey key, LookupReport report) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("target", key.id().toString());
    fields.put("hops", report.hops());
    fields.put("queries", report.queries());
    fields.put("timeouts", report.timeouts());
    fields.put("milliseconds", Math.round(report.took().toNanos() / 1_000.0) / 1_000.0);
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      fields.put("nodes", report.closest().stream().map(node -> fields(key, node)).toList());
      out.println(Json.print(fields));
    } else {
      List<String> lines = new ArrayList<>();
      fields.forEach((name, value) -> lines.add(String.format("%-14s%s", name, value)));
      lines.add("");
      lines.add("distance  node");
      report
          .closest()
          .forEach(
              node ->
                  lines.add(String.format("%8d  %s", distance(key, node), FoundNode.name(node))));
      lines.forEach(out::println);
    }
    out.flush();
  }

  private static Map<String, Object> fields(PublicKey key, Node node) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("distance", distance(key, node));
    fields.putAll(FoundNode.fields(node));
    return fields;
  }

  private static int distance(PublicKey key, Node node) {
    return key.id().logDistance(node.id());
  }
}
