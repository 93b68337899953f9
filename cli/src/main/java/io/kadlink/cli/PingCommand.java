package io.kadlink.cli;

import io.kadlink.discovery.DiscoveryVersion;
import io.kadlink.discovery.table.Contact;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kadlink ping}: is a node alive on the discovery protocol? */
@Command(
    name = "ping",
    description = "Ask a node for a sign of life over UDP.",
    mixinStandardHelpOptions = true)
final class PingCommand implements Runnable {
  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init")
  PingCommand() {}

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "ping v4 NODE, or ping v5 NODE?");
  }

  /** Whom to ping, and how long. */
  static final class Question {
    @Parameters(paramLabel = "NODE", description = "enode URL or ENR.")
    private String node;

    @Mixin private AnswerLimit limit;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @SuppressWarnings("NullAway.Init")
    Question() {}
  }

  @Command(
      name = "v4",
      description = "Sends a discovery v4 ping and prints the round trip.",
      mixinStandardHelpOptions = true)
  void v4(@Mixin Question question) {
    ping(DiscoveryVersion.V4, question);
  }

  @Command(
      name = "v5",
      description = "Makes a discovery v5 session, sends a ping and prints the round trip.",
      mixinStandardHelpOptions = true)
  void v5(@Mixin Question question) {
    ping(DiscoveryVersion.V5, question);
  }

  private void ping(DiscoveryVersion version, Question question) {
    LogOptions.apply(LogOptions.LogLevel.WARN, LogOptions.LogFormat.TEXT);
    Contact contact = NodeTarget.contact(question.node);
    try (DiscoveryClient client =
        DiscoveryClient.open(Set.of(version), List.of(contact.address()), List.of())) {
      Duration roundTrip =
          Waiting.on(
              client.service().ping(FoundNode.enode(contact)),
              question.limit.duration(),
              "No pong from " + contact + " by " + version.name().toLowerCase(Locale.ROOT));
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("nodeId", contact.id().toString());
      fields.put("endpoint", FoundNode.endpoint(contact.udp()));
      fields.put("milliseconds", Math.round(roundTrip.toNanos() / 1_000.0) / 1_000.0);
      Output.print(spec, fields, question.json, Optional.of("pong"));
    }
  }
}
