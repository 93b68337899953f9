package io.kadlink.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kadlink peers}: the sessions of a running node. */
@Command(
    name = "peers",
    description = "List the peers of a running node.",
    mixinStandardHelpOptions = true)
final class PeersCommand implements Runnable {
  private static final String ROW = "%-10s %-8s %-7s %-6s %-24s %s%n";

  @Spec private CommandSpec spec;
  @Mixin private RunningNodeOption node;

  @Option(names = "--json", description = "Print JSON, as admin_peers answers.")
  private boolean json;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  PeersCommand() {}

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    JsonNode peers = node.call("admin_peers");
    if (json) {
      out.println(Json.print(peers));
    } else {
      out.printf(ROW, "id", "", "rtt", "score", "address", "client");
      for (JsonNode peer : peers) {
        JsonNode network = peer.path("network");
        JsonNode more = peer.path("kadlink");
        out.printf(
            ROW,
            peer.path("id").asText().substring(0, 8),
            network.path("inbound").asBoolean() ? "accepted" : "dialed",
            more.has("roundTripMillis") ? more.path("roundTripMillis").asLong() + "ms" : "-",
            more.path("score").asText("-"),
            network.path("remoteAddress").asText(),
            peer.path("name").asText()
                + (more.has("organisation")
                    ? " (" + more.path("organisation").asText() + ")"
                    : ""));
      }
      out.println(peers.size() + " peers");
    }
    out.flush();
  }
}
