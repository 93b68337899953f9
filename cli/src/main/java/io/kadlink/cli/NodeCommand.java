package io.kadlink.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * {@code kadlink node}: runs a node until SIGTERM or SIGINT. Prints its enode URL and its record on
 * stdout once it listens, and nothing else there.
 */
@Command(name = "node", description = "Run a node.", mixinStandardHelpOptions = true)
final class NodeCommand implements Callable<Integer> {
  private static final Logger log = LoggerFactory.getLogger(NodeCommand.class);

  @Spec private CommandSpec spec;
  @Mixin private LogOptions logging;
  @Mixin private NodeOptions options;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  NodeCommand() {}

  @Override
  public Integer call() throws InterruptedException {
    logging.apply();
    RunningNode node = RunningNode.start(options);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  log.info("stopping");
                  node.close();
                  log.info("stopped");
                  // a signal is how a node is meant to end: not a failure
                  Runtime.getRuntime().halt(0);
                },
                "stop"));
    PrintWriter out = spec.commandLine().getOut();
    out.println(node.enode());
    out.println(node.record());
    out.flush();
    new CountDownLatch(1).await();
    return 0;
  }
}
