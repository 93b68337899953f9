package io.kadlink.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kadlink watch}: a running node, live in the terminal. */
@Command(
    name = "watch",
    description = "Show a running node live: its peers, and why the others are none. Ctrl-C ends.",
    mixinStandardHelpOptions = true)
final class WatchCommand implements Callable<Integer> {
  private static final String CLEAR = "\u001b[H\u001b[2J";

  /** Reasons shown, the most frequent first; the rest is summed up. */
  private static final int MAX_REASONS = 10;

  /** Peers shown, the oldest first. */
  private static final int MAX_PEERS = 25;

  @Spec private CommandSpec spec;
  @Mixin private RunningNodeOption node;

  @Option(
      names = "--every",
      paramLabel = "DURATION",
      converter = Durations.class,
      description = "Between two looks (default: 2s).")
  private Duration period = Duration.ofSeconds(2);

  @Option(names = "--once", description = "Look once, print it, and end.")
  private boolean once;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  WatchCommand() {}

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    while (true) {
      JsonNode info = node.call("admin_nodeInfo");
      JsonNode peers = node.call("admin_peers");
      JsonNode why = node.call("kadlink_why");
      JsonNode denied = node.call("kadlink_denied");
      if (!once) {
        out.print(CLEAR);
      }
      show(out, info, peers, why, denied);
      out.flush();
      if (once) {
        return ExitCode.OK;
      }
      Thread.sleep(period);
    }
  }

  private static void show(
      PrintWriter out, JsonNode info, JsonNode peers, JsonNode why, JsonNode denied) {
    long accepted = stream(peers).filter(p -> p.at("/network/inbound").asBoolean()).count();
    out.printf("%s  %s%n", info.path("name").asText(), info.path("enode").asText());
    out.printf(
        "%d peers: %d dialed, %d accepted; %d nodes known; %d kept away%n%n",
        peers.size(), peers.size() - accepted, accepted, why.size(), denied.size());
    stream(peers).limit(MAX_PEERS).forEach(new PeerRows(out)::print);
    if (peers.size() > MAX_PEERS) {
      out.printf("  and %d more%n", peers.size() - MAX_PEERS);
    }
    Map<String, Long> reasons =
        stream(why)
            .filter(each -> !each.path("peer").asBoolean())
            .collect(
                Collectors.groupingBy(
                    each -> each.path("why").asText(), TreeMap::new, Collectors.counting()));
    out.printf("%nnot peers, and why%n");
    reasons.entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder()))
        .limit(MAX_REASONS)
        .forEach(each -> out.printf("  %5d  %s%n", each.getValue(), each.getKey()));
    long rest =
        reasons.values().stream()
            .sorted(Comparator.reverseOrder())
            .skip(MAX_REASONS)
            .mapToLong(Long::longValue)
            .sum();
    if (rest > 0) {
      out.printf("  %5d  for other reasons; see 'kadlink why'%n", rest);
    }
  }

  private static Stream<JsonNode> stream(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }
}
