package io.kadlink.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kadlink why}: why a node is a peer of a running node, or why not. */
@Command(
    name = "why",
    description = {
      "Say why a node is, or is not, a peer of a running node.",
      "Exit code 0 when it is one, 1 when not. Without NODE: one line for each node it knows of."
    },
    mixinStandardHelpOptions = true)
final class WhyCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private RunningNodeOption running;

  @Parameters(
      arity = "0..1",
      paramLabel = "NODE",
      description = "enode URL, ENR, node id or public key.")
  private @Nullable String node;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  WhyCommand() {}

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    if (node == null) {
      JsonNode all = running.call("kadlink_why");
      if (json) {
        out.println(Json.print(all));
      } else {
        all.forEach(
            one ->
                out.println(
                    one.path("id").asText().substring(0, 8) + "  " + one.path("why").asText()));
      }
      out.flush();
      return ExitCode.OK;
    }
    JsonNode one = running.call("kadlink_why", node);
    if (json) {
      out.println(Json.print(one));
    } else {
      out.println(one.path("why").asText());
      one.path("details").forEach(detail -> out.println("  " + detail.asText()));
    }
    out.flush();
    return one.path("peer").asBoolean() ? ExitCode.OK : ExitCode.SOFTWARE;
  }
}
