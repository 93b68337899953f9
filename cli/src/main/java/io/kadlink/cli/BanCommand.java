package io.kadlink.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.kadlink.server.admission.Subject;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kadlink ban}: keeps nodes, addresses and networks away from a running node. */
@Command(
    name = "ban",
    description = {
      "Keep a node, an address, a network or an endpoint away from a running node, over restarts.",
      "Without WHOM: list who is kept away and why."
    },
    mixinStandardHelpOptions = true)
final class BanCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private RunningNodeOption running;

  @Parameters(
      arity = "0..1",
      paramLabel = "WHOM",
      converter = SubjectConverter.class,
      description = "enode URL, ENR, node id, public key, IP, CIDR or IP:port.")
  private @Nullable Subject whom;

  @Option(
      names = "--for",
      paramLabel = "DURATION",
      converter = Durations.class,
      description = "How long, e.g. 90s or 7d (default: for ever).")
  private @Nullable Duration lasts;

  @Option(
      names = "--why",
      paramLabel = "TEXT",
      description = "What the log and 'kadlink why' shall say.")
  private String why = "somebody decided so";

  @Option(names = "--lift", description = "Let WHOM come again, with a clean record.")
  private boolean lift;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  BanCommand() {}

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    if (whom == null) {
      if (lift || lasts != null) {
        throw new ParameterException(spec.commandLine(), "Whom? See the list of 'kadlink ban'.");
      }
      list(out, running.call("kadlink_denied"));
      return ExitCode.OK;
    }
    if (lift) {
      boolean lifted = running.call("kadlink_lift", whom.toString()).asBoolean();
      say(out, "lifted", lifted, lifted ? whom + " may come again" : whom + " was not banned");
      return lifted ? ExitCode.OK : ExitCode.SOFTWARE;
    }
    long seconds = lasts == null ? 0 : lasts.toSeconds();
    running.call("kadlink_deny", whom.toString(), seconds, why);
    String how = lasts == null ? "for ever" : "for " + Durations.text(lasts);
    say(out, "banned", true, whom + " is kept away " + how);
    return ExitCode.OK;
  }

  private void say(PrintWriter out, String field, boolean value, String text) {
    out.println(json ? "{\"" + field + "\":" + value + "}" : text);
    out.flush();
  }

  private void list(PrintWriter out, JsonNode denied) {
    if (json) {
      out.println(Json.print(denied));
    } else {
      for (JsonNode entry : denied) {
        out.printf(
            "%s  %s  by %s: %s%n",
            entry.path("subject").asText(),
            entry.has("until") ? "until " + entry.path("until").asText() : "for ever",
            entry.path("by").asText(),
            entry.path("why").asText());
      }
      out.println(denied.size() + " kept away");
    }
    out.flush();
  }
}
