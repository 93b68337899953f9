package io.kadlink.cli;

import io.kadlink.cli.rpc.MetricsServer;
import io.kadlink.discovery.DiscoveryOptions;
import io.kadlink.discovery.DiscoveryService;
import io.kadlink.discovery.table.AddressRules;
import io.kadlink.identity.NodeKey;
import io.kadlink.server.admission.NetRestrict;
import io.kadlink.server.nat.NatMethod;
import io.kadlink.server.nat.NatTraversal;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code kadlink bootnode}: discovery and nothing else, until SIGTERM or SIGINT. Prints its enode
 * URL and its record on stdout once it listens, and nothing else there. The launcher gives it a
 * small heap.
 */
@Command(
    name = "bootnode",
    description = "Run a node that others find each other through: discovery only, little memory.",
    mixinStandardHelpOptions = true)
final class BootnodeCommand implements Callable<Integer> {
  private static final Logger log = LoggerFactory.getLogger(BootnodeCommand.class);
  private static final Duration START_LIMIT = Duration.ofSeconds(30);

  /** For a router to take our port back. */
  private static final long PARTING_SECONDS = 3;

  @Spec private CommandSpec spec;
  @Mixin private LogOptions logging;
  @Mixin private BootnodeOptions options;
  @Mixin private DiscoveryNetwork network;

  @Option(names = "--json", description = "Print enode and enr as one JSON object.")
  private boolean json;

  @SuppressWarnings("NullAway.Init") // picocli sets the fields
  BootnodeCommand() {}

  @Override
  public Integer call() throws InterruptedException {
    logging.apply();
    MeterRegistry meters = startMetrics();
    EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, io());
    DiscoveryService discovery =
        Waiting.on(
            DiscoveryService.start(discovery(key(), group, meters)),
            START_LIMIT,
            "The bootnode can't start at UDP port " + options.port);
    Optional<NatTraversal> nat = BootnodeNat.start(options.common, discovery, group.next(), meters);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(discovery, nat), "stop"));
    Output.printNode(spec, discovery.localRecord(), json);
    System.gc(); // the start leaves more garbage behind than a year of answering pings
    new CountDownLatch(1).await();
    return 0;
  }

  private NodeKey key() {
    try {
      return NodeKey.loadOrCreate(options.common.keyFile());
    } catch (IOException e) {
      throw new CommandFailure("The bootnode can't start: " + e.getMessage(), e);
    }
  }

  private DiscoveryOptions discovery(NodeKey key, EventLoopGroup group, MeterRegistry meters) {
    DiscoveryOptions.Builder builder =
        DiscoveryOptions.builder(key, group.next())
            .versions(network.versions())
            .bindAddress(
                options.common.host == null
                    ? new InetSocketAddress(options.port)
                    : new InetSocketAddress(options.common.host, options.port))
            .fallbackAddress(InetAddress.getLoopbackAddress())
            .bootnodes(network.bootnodes())
            .addresses(
                new AddressRules(
                    new NetRestrict(options.common.netRestrict)::permits, options.common.limitLan))
            .meterRegistry(meters);
    if (options.common.nat.method() instanceof NatMethod.ExternalAddress external) {
      builder.advertisedAddress(external.address());
    }
    return builder.build();
  }

  private static IoHandlerFactory io() {
    return Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
  }

  private MeterRegistry startMetrics() {
    if (options.common.metricsPort == null) {
      return new SimpleMeterRegistry();
    }
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    MetricsServer server = MetricsServer.start(options.common.metricsPort, registry, () -> true);
    log.info("metrics on http://127.0.0.1:{}/metrics", server.port());
    return registry;
  }

  private static void stop(DiscoveryService discovery, Optional<NatTraversal> nat) {
    log.info("stopping");
    nat.ifPresent(
        mappings ->
            mappings
                .close()
                .toCompletableFuture()
                .completeOnTimeout(null, PARTING_SECONDS, TimeUnit.SECONDS)
                .join());
    discovery.close();
    // a signal is how a bootnode is meant to end: not a failure
    Runtime.getRuntime().halt(0);
  }
}
