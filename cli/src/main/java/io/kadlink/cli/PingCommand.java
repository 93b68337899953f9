package io.kadlink.cli;

import io.kadlink.discovery.Discovery;
import io.kadlink.discovery.DiscoveryOptions;
import io.kadlink.discovery.DiscoveryService;
import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeKey;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
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
  private static final Duration START_LIMIT = Duration.ofSeconds(5);

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init")
  PingCommand() {}

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "ping v4 NODE?");
  }

  @Command(
      name = "v4",
      description = "Sends a discovery v4 ping and prints the round trip.",
      mixinStandardHelpOptions = true)
  void v4(
      @Parameters(paramLabel = "NODE", description = "enode URL or ENR.") String node,
      @Option(
              names = "--timeout",
              paramLabel = "SECONDS",
              defaultValue = "5",
              description = "How long to wait (default: ${DEFAULT-VALUE}).")
          int seconds,
      @Option(names = "--json", description = "Print JSON.") boolean json) {
    LogOptions.apply(LogOptions.LogLevel.WARN, LogOptions.LogFormat.TEXT);
    Enode enode = Waiting.resolved(NodeAddress.parse(node));
    InetSocketAddress target = enode.udpEndpoint();
    EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    try (Discovery discovery = start(group, target.getAddress())) {
      Duration roundTrip =
          Waiting.on(
              discovery.ping(enode),
              Duration.ofSeconds(seconds),
              "No pong from " + target + " (" + enode.id().shortForm() + ")");
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("nodeId", enode.id().toString());
      fields.put("endpoint", target.getAddress().getHostAddress() + ":" + target.getPort());
      fields.put("milliseconds", Math.round(roundTrip.toNanos() / 1_000.0) / 1_000.0);
      Output.print(spec, fields, json, Optional.of("pong"));
    } finally {
      var unused = group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
  }

  /** Bound to loopback when the target is there, else to all addresses. */
  private static Discovery start(EventLoopGroup group, InetAddress target) {
    InetSocketAddress bind =
        target.isLoopbackAddress() ? new InetSocketAddress(target, 0) : new InetSocketAddress(0);
    return Waiting.on(
        DiscoveryService.start(
            DiscoveryOptions.builder(NodeKey.generate(), group.next()).bindAddress(bind).build()),
        START_LIMIT,
        "The UDP socket can't be opened");
  }
}
