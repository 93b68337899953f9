package io.kadlink.testnet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Entry point behind {@code testnet/run.sh}. */
@Command(
    name = "testnet/run.sh",
    description = "Starts a network of Kadlink nodes on loopback and watches it.",
    mixinStandardHelpOptions = true)
public final class Main implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--nodes",
      paramLabel = "N",
      description = "Node processes, 5 to 64 (default: ${DEFAULT-VALUE}).")
  private int nodes = 8;

  @Option(
      names = "--exit-when-done",
      description = "End with 0 when every check held, with 1 when one did not.")
  private boolean exitWhenDone;

  @Option(names = "--report", paramLabel = "FILE", description = "Write the checks as JSON.")
  private @Nullable Path report;

  @Option(
      names = "--port-base",
      paramLabel = "N",
      description =
          "First of 2 x nodes ports: devp2p ports, then JSON-RPC ports (default: a free range).")
  private @Nullable Integer portBase;

  @Option(
      names = "--scenario",
      paramLabel = "NAME",
      description = "What the network does: default (default: ${DEFAULT-VALUE}).")
  private String scenario = "default";

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Keys, data and logs of the nodes, kept (default: a fresh temporary folder).")
  private @Nullable Path directory;

  @Option(names = "--terminal", hidden = true)
  private boolean terminal;

  @Option(names = "--kadlink-jar", hidden = true, required = true)
  private Path jar;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  public Main() {}

  public static void main(String[] args) {
    System.exit(new CommandLine(new Main()).execute(args));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (nodes < DefaultScenario.MIN_NODES || nodes > 64) {
      throw new ParameterException(
          spec.commandLine(),
          "--nodes takes " + DefaultScenario.MIN_NODES + " to 64, not " + nodes);
    }
    if (!scenario.equals("default")) {
      throw new ParameterException(
          spec.commandLine(), "There is no scenario '" + scenario + "'; there is: default");
    }
    Path dir = directory == null ? Files.createTempDirectory("kadlink-testnet-") : directory;
    Files.createDirectories(dir);
    Ports ports;
    try {
      ports = portBase == null ? Ports.free(nodes) : Ports.at(portBase, nodes);
    } catch (IOException e) {
      spec.commandLine().getErr().println(e.getMessage());
      return 1;
    }
    Dashboard dashboard = new Dashboard(spec.commandLine().getOut(), terminal);
    Report checks = new Report(nodes);
    try (Network network = new Network(jar, dir, ports)) {
      Runtime.getRuntime().addShutdownHook(new Thread(network::close, "testnet-stop"));
      dashboard.say("nodes=" + nodes + " logs and data in " + dir);
      new DefaultScenario(network, dashboard, checks).run(nodes);
      if (report != null) {
        checks.write(report);
      }
      dashboard.say(checks.summary());
      if (!exitWhenDone) {
        dashboard.say("the network goes on; Ctrl-C ends it");
        dashboard.watch(network);
      }
    }
    if (checks.ok() && directory == null) {
      DirectoryTree.delete(dir);
    }
    return checks.ok() ? 0 : 1;
  }
}
