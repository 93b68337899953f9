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
      peers.forEach(new PeerRows(out)::print);
      out.println(peers.size() + " peers");
    }
    out.flush();
  }
}
