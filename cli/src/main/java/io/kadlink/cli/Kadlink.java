package io.kadlink.cli;

import io.kadlink.server.ClientName;
import java.io.PrintWriter;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Entry point of {@code kadlink}. Exit codes: 0 done, 1 what was asked for failed, 2 bad usage. */
@Command(
    name = "kadlink",
    description = "A devp2p node and its tools.",
    mixinStandardHelpOptions = true,
    versionProvider = Kadlink.Version.class,
    subcommands = {
      NodeCommand.class,
      KeyCommand.class,
      CertCommand.class,
      EnrCommand.class,
      NodesetCommand.class,
      HelloCommand.class,
      PingCommand.class,
      ResolveCommand.class,
      LookupCommand.class,
      TalkCommand.class,
      CrawlCommand.class,
      BootnodeCommand.class,
      PeersCommand.class,
      WhyCommand.class,
      BanCommand.class,
      WatchCommand.class,
      ChainCommand.class,
      DnsCommand.class,
      SimulateCommand.class
    })
public final class Kadlink implements Runnable {
  /**
   * Netty's flight recorder events. Preparing them with the first buffer costs the first datagram a
   * sixth of a second, half of what the one who sent it waits. {@code -Dio.netty.jfr.enabled=true}
   * has them back.
   */
  private static final String NETTY_EVENTS = "io.netty.jfr.enabled";

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets the field
  public Kadlink() {}

  public static void main(String[] args) {
    // stdout belongs to the commands: whatever logs before a command says how goes to stderr
    LogOptions.apply(LogOptions.LogLevel.WARN, LogOptions.LogFormat.TEXT);
    if (System.getProperty(NETTY_EVENTS) == null) {
      System.setProperty(NETTY_EVENTS, "false");
    }
    System.exit(execute(args, commandLine()));
  }

  /** Runs one command; returns the exit code. */
  static int execute(String[] args, CommandLine line) {
    CommandLine node = Objects.requireNonNull(line.getSubcommands().get("node"));
    try {
      TomlDefaults.from(args, node).ifPresent(node::setDefaultValueProvider);
    } catch (CommandFailure e) {
      line.getErr().println(e.getMessage());
      return CommandLine.ExitCode.USAGE;
    }
    return line.execute(args);
  }

  /** The command line with its error handling, for {@code main} and tests. */
  static CommandLine commandLine() {
    CommandLine line = new CommandLine(new Kadlink());
    line.setExecutionExceptionHandler(
        (exception, commandLine, parsed) -> {
          PrintWriter err = commandLine.getErr();
          if (exception instanceof CommandFailure) {
            err.println(exception.getMessage());
          } else {
            err.println("kadlink failed unexpectedly; this is a defect, please report it:");
            exception.printStackTrace(err);
          }
          return CommandLine.ExitCode.SOFTWARE;
        });
    line.setCaseInsensitiveEnumValuesAllowed(true);
    return line;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Which command? See the list below.");
  }

  /** Name and version of this build, as {@code --version} prints them. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {ClientName.of(Kadlink.class)};
    }
  }
}
