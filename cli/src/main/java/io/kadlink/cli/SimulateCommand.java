package io.kadlink.cli;

import io.kadlink.discovery.DiscoveryVersion;
import io.kadlink.testnet.sim.Progress;
import io.kadlink.testnet.sim.scenario.Check;
import io.kadlink.testnet.sim.scenario.Outcome;
import io.kadlink.testnet.sim.scenario.Simulator;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code kadlink simulate}: thousands of nodes on virtual time. */
@Command(
    name = "simulate",
    description = "Run a network of thousands of nodes on virtual time, and check what it does.",
    mixinStandardHelpOptions = true)
final class SimulateCommand implements Callable<Integer> {
  private static final String ALL = "all";

  /** Which protocols the nodes speak. */
  enum Protocol {
    V4,
    V5,
    BOTH;

    Set<DiscoveryVersion> versions() {
      return switch (this) {
        case V4 -> EnumSet.of(DiscoveryVersion.V4);
        case V5 -> EnumSet.of(DiscoveryVersion.V5);
        case BOTH -> EnumSet.allOf(DiscoveryVersion.class);
      };
    }
  }

  @Spec private CommandSpec spec;

  @Option(names = "--list", description = "Tell which scenarios there are.")
  private boolean list;

  @Option(
      names = "--scenario",
      paramLabel = "NAME",
      description = "What happens to the network, or all (default: ${DEFAULT-VALUE}).")
  private String scenario = "bootstrap";

  @Option(
      names = "--nodes",
      paramLabel = "N",
      description = "Nodes at the start (default: as the scenario says).")
  private @Nullable Integer nodes;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "The same seed gives the same run (default: ${DEFAULT-VALUE}).")
  private long seed = 1;

  @Option(
      names = "--protocol",
      paramLabel = "v4|v5|both",
      description = "What the nodes speak (default: v4).")
  private Protocol protocol = Protocol.V4;

  @Option(
      names = "--minutes",
      paramLabel = "M",
      description = "Virtual length of the scenario's main part (default: as the scenario says).")
  private @Nullable Integer minutes;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads that share the work; changes nothing but the time it takes.")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Option(
      names = "--event-log",
      paramLabel = "FILE",
      description = "Write a line for every event; large.")
  private @Nullable Path eventLog;

  @SuppressWarnings("NullAway.Init") // picocli sets the field
  SimulateCommand() {}

  @Override
  public Integer call() {
    LogOptions.apply(LogOptions.LogLevel.WARN, LogOptions.LogFormat.TEXT);
    if (list) {
      Map<String, Object> fields = new LinkedHashMap<>();
      Simulator.names().forEach(name -> fields.put(name, Simulator.description(name)));
      Output.print(spec, fields, json, Optional.empty());
      return 0;
    }
    check();
    List<String> names = scenario.equals(ALL) ? Simulator.names() : List.of(scenario);
    List<Outcome> outcomes = new ArrayList<>();
    try (Writer log = eventLog == null ? null : Files.newBufferedWriter(eventLog)) {
      Simulator.Options options =
          new Simulator.Options(
              nodes == null ? OptionalInt.empty() : OptionalInt.of(nodes),
              seed,
              protocol.versions(),
              Optional.ofNullable(minutes).map(Duration::ofMinutes),
              threads,
              log);
      for (String name : names) {
        Outcome outcome = Simulator.play(name, options, new Telling(name));
        outcomes.add(outcome);
        if (!json) {
          print(outcome);
        }
      }
    } catch (IOException e) {
      throw new CommandFailure("The event log can't be written: " + e.getMessage(), e);
    }
    boolean ok = outcomes.stream().allMatch(Outcome::ok);
    if (json) {
      PrintWriter out = spec.commandLine().getOut();
      out.println(Json.print(Map.of("ok", ok, "outcomes", outcomes)));
      out.flush();
    }
    return ok ? 0 : 1;
  }

  private void check() {
    if (!scenario.equals(ALL) && !Simulator.names().contains(scenario)) {
      throw new ParameterException(
          spec.commandLine(),
          "There is no scenario '"
              + scenario
              + "'; there are: all, "
              + String.join(", ", Simulator.names()));
    }
    if (nodes != null && nodes < Simulator.MIN_NODES) {
      throw new ParameterException(
          spec.commandLine(), "--nodes takes at least " + Simulator.MIN_NODES + ", not " + nodes);
    }
    if (minutes != null && minutes < 1) {
      throw new ParameterException(spec.commandLine(), "--minutes takes at least 1");
    }
    if (threads < 1) {
      throw new ParameterException(spec.commandLine(), "--threads takes at least 1");
    }
  }

  private void print(Outcome outcome) {
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        Locale.ROOT,
        "%s: %d nodes, %s, seed %d%n",
        outcome.scenario(),
        outcome.nodes(),
        String.join(" and ", outcome.versions()),
        outcome.seed());
    int width = outcome.figures().keySet().stream().mapToInt(String::length).max().orElse(0);
    outcome
        .figures()
        .forEach((name, value) -> out.printf("  %-" + (width + 2) + "s%s%n", name, value));
    for (Check check : outcome.checks()) {
      out.printf(
          "  %s %s: %s, wanted %s%n",
          check.ok() ? "ok    " : "FAILED", check.name(), check.value(), check.wanted());
    }
    out.printf(
        Locale.ROOT,
        "  %.1f virtual minutes, %d events, %.1f s here, %.1f s of processor time%n",
        outcome.virtualSeconds() / TimeUnit.MINUTES.toSeconds(1),
        outcome.events(),
        outcome.wallSeconds(),
        outcome.cpuSeconds());
    out.printf("  event log SHA-256 %s%n", outcome.eventLogHash());
    out.flush();
  }

  /** Says on stderr how far a scenario is. */
  private final class Telling implements Progress {
    private final String name;
    private final long start = System.nanoTime();

    Telling(String name) {
      this.name = name;
    }

    @Override
    public void at(Duration elapsed, int live, long events) {
      double seconds = (System.nanoTime() - start) / 1e9;
      spec.commandLine()
          .getErr()
          .printf(
              Locale.ROOT,
              "%s: virtual %d:%02d, %d nodes, %d events, %.0f events/s%n",
              name,
              elapsed.toMinutes(),
              elapsed.toSecondsPart(),
              live,
              events,
              events / seconds);
      spec.commandLine().getErr().flush();
    }
  }
}
