package io.kadlink.server;

import io.kadlink.discovery.Discovery;
import io.kadlink.discovery.DiscoveryOptions;
import io.kadlink.discovery.DiscoveryService;
import io.kadlink.discovery.NodeSource;
import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.table.AddressRules;
import io.kadlink.identity.NodeRecord;
import io.kadlink.server.dial.DialTarget;
import io.kadlink.server.membership.MembershipException;
import io.kadlink.server.nat.NatOptions;
import io.kadlink.server.nat.NatTraversal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;

/** Brings a server's parts up, one after the other; or none of them. */
final class ServerStart {
  /** Binding takes microseconds, a look-up of a bootnode's name seconds. */
  private static final long LIMIT_SECONDS = 30;

  private final ServerParts parts;
  private final ServerOptions options;
  private final Platform platform;
  private final Loop loop;
  private Optional<Discovery> discovery = Optional.empty();
  private Optional<NatTraversal> nat = Optional.empty();
  private int tcpPort;

  /** What is being done, in words for whoever waits for it. */
  private volatile String step = "the start";

  private ServerStart(ServerOptions options, Platform platform, Members.Start membership) {
    this.parts = new ServerParts(options, platform, membership);
    this.options = options;
    this.platform = platform;
    this.loop = platform.server();
  }

  /**
   * Starts on threads and sockets of its own, and waits for it.
   *
   * @throws ServerStartException when something stands in the way; nothing is left behind then
   */
  static Server start(ServerOptions options) {
    Members.Start membership = membership(options);
    ServerStart start =
        prepared(options, new ServerThreads(options.protocols(), options.clock()), membership);
    try {
      return start.run().toCompletableFuture().get(LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause
          ? cause
          : new ServerStartException(String.valueOf(e.getCause()), e);
    } catch (TimeoutException e) {
      start.server().close();
      throw new ServerStartException(start.step + " took over " + LIMIT_SECONDS + " s", e);
    } catch (InterruptedException e) {
      start.server().close();
      Thread.currentThread().interrupt();
      throw new ServerStartException(start.step + ": interrupted", e);
    }
  }

  /**
   * Starts on what it is given.
   *
   * @return fails with {@link ServerStartException} when something stands in the way; nothing is
   *     left behind then
   */
  static CompletionStage<Server> start(ServerOptions options, Platform platform) {
    return prepared(options, platform, membership(options)).run();
  }

  private static ServerStart prepared(
      ServerOptions options, Platform platform, Members.Start membership) {
    try {
      return new ServerStart(options, platform, membership);
    } catch (RuntimeException e) {
      var unused = platform.close();
      throw e;
    }
  }

  private static Members.Start membership(ServerOptions options) {
    try {
      return Members.Start.read(options.membership(), options.signer().publicKey());
    } catch (MembershipException e) {
      throw new ServerStartException("membership: " + e.getMessage(), e);
    }
  }

  private CompletionStage<Server> run() {
    CompletableFuture<Server> result = new CompletableFuture<>();
    startProtocols()
        .thenCompose(done -> listen())
        .thenCompose(done -> discover())
        .thenApply(
            done -> {
              findEndpoint();
              dial();
              return server();
            })
        .whenComplete(
            (server, failure) -> {
              if (failure == null) {
                result.complete(server);
              } else {
                Throwable cause = root(failure);
                server().stop().thenRun(() -> result.completeExceptionally(cause));
              }
            });
    return result;
  }

  private Server server() {
    return new Server(parts, nat, tcpPort);
  }

  private CompletionStage<?> startProtocols() {
    ServerContext.Services services =
        new ServerContext.Services(
            options.clock(),
            options.metrics(),
            options.signer(),
            platform.computation(),
            parts.record,
            parts.peers,
            parts.dialer,
            new Adoption(loop, parts.rlpx, platform.transport().workers(), parts.peers),
            parts.detours);
    Map<Loop, ServerContext> contexts = new LinkedHashMap<>();
    CompletionStage<?> started = CompletableFuture.completedFuture(null);
    for (ProtocolHost host : parts.hosts) {
      ServerContext context =
          contexts.computeIfAbsent(
              host.loop(), shared -> new ServerContext(shared, parts.splitRandom(), services));
      started =
          started.thenCompose(
              done ->
                  step(
                      "protocol " + host.capability() + " did not start",
                      CompletableFuture.runAsync(
                          () -> host.protocol().start(context), host.loop())));
    }
    return started;
  }

  private CompletionStage<?> listen() {
    if (!options.listen()) {
      return CompletableFuture.completedFuture(null);
    }
    InetSocketAddress wanted = new InetSocketAddress(options.bind(), options.port());
    return step(
            "TCP " + where(wanted),
            parts.rlpx.listen(
                wanted,
                connection ->
                    loop.execute(
                        () -> parts.peers.add(connection, Optional.empty(), Optional.empty()))))
        .thenAccept(bound -> tcpPort = bound.getPort());
  }

  private CompletionStage<?> discover() {
    Optional<InetAddress> address =
        options
            .advertised()
            .or(() -> Optional.of(options.bind()))
            .filter(ip -> !ip.isAnyLocalAddress())
            .or(options.discovery()::fallbackAddress);
    if (!options.discovery().isOn()) {
      return address.isEmpty()
          ? CompletableFuture.completedFuture(null)
          : recordStep(parts.record.endpoint(address.get(), tcpPort, 0));
    }
    InetSocketAddress wanted = new InetSocketAddress(options.bind(), udpPort());
    return recordStep(parts.record.entries())
        .thenCompose(entries -> step("UDP " + where(wanted), open(wanted, entries)))
        .thenCompose(
            started -> {
              discovery = Optional.of(started);
              return recordStep(parts.record.handTo(started));
            });
  }

  private CompletionStage<DiscoveryService> open(
      InetSocketAddress wanted, UnaryOperator<NodeRecord.Builder> entries) {
    CompletionStage<DiscoveryService> starting =
        DiscoveryService.start(discoveryOptions(wanted, entries));
    if (options.port() != 0 || options.discovery().port() != DiscoveryPlan.SAME_AS_TCP) {
      return starting;
    }
    // Any port was asked for, and the one that TCP got is taken for UDP: then another one.
    InetSocketAddress any = new InetSocketAddress(options.bind(), 0);
    return starting
        .handle(
            (started, failure) ->
                failure == null
                    ? CompletableFuture.completedStage(started)
                    : DiscoveryService.start(discoveryOptions(any, entries)))
        .thenCompose(stage -> stage);
  }

  private int udpPort() {
    if (options.discovery().port() != DiscoveryPlan.SAME_AS_TCP) {
      return options.discovery().port();
    }
    return options.listen() ? tcpPort : options.port();
  }

  private DiscoveryOptions discoveryOptions(
      InetSocketAddress bind, UnaryOperator<NodeRecord.Builder> entries) {
    DiscoveryOptions.Builder builder =
        platform
            .discovery(options.signer())
            .bindAddress(bind)
            .tcpPort(tcpPort)
            .versions(options.discovery().versions())
            .recordEntries(entries)
            .addresses(new AddressRules(parts.access::permits, options.discovery().limitLan()))
            .bootnodes(options.discovery().bootnodes())
            .clock(options.clock())
            .random(options.random())
            .meterRegistry(options.metrics());
    options.advertised().ifPresent(builder::advertisedAddress);
    options.discovery().fallbackAddress().ifPresent(builder::fallbackAddress);
    options.discovery().database().ifPresent(builder::database);
    options.discovery().dnsLists().forEach(builder::dnsList);
    options.discovery().lanAddress().ifPresent(builder::lanAddress);
    return builder.build();
  }

  private void findEndpoint() {
    int udpPort = discovery.map(found -> found.localAddress().getPort()).orElse(0);
    if (!NatTraversal.isNeeded(options.nat().method(), tcpPort, udpPort)) {
      return;
    }
    NatOptions wanted =
        new NatOptions(
            options.nat().method(),
            options.nat().lifetime(),
            options.bind(),
            tcpPort,
            udpPort,
            options.clock(),
            options.random(),
            options.metrics());
    nat =
        Optional.of(
            NatTraversal.start(
                wanted,
                platform.transport().workers().next(),
                new RecordAdvertiser(parts.record, tcpPort)));
  }

  private void dial() {
    Optional<NodeSource> source =
        options.maxDialed() > 0 ? discovery.map(Discovery::nodes) : Optional.empty();
    Dialer.Network network =
        new Dialer.Network(parts.rlpx, parts.detours, discovery, source, parts.door);
    loop.execute(
        () -> {
          parts.discipline.start();
          parts.members.start();
          if (options.admission().rotation()) {
            parts.rotation.start();
          }
          parts.dialer.start(network);
          options.trustedNodes().stream()
              .map(DialTarget::of)
              .filter(DialTarget::placed)
              .forEach(parts.dialer.scheduler()::addTrusted);
          options.staticNodes().forEach(parts.dialer.scheduler()::addStatic);
        });
  }

  private static String where(InetSocketAddress address) {
    return "port " + address.getPort() + " on " + address.getAddress().getHostAddress();
  }

  private <T> CompletionStage<T> recordStep(CompletionStage<T> stage) {
    return step("the record could not be made", stage);
  }

  private <T> CompletionStage<T> step(String what, CompletionStage<T> stage) {
    step = what;
    CompletableFuture<T> done = new CompletableFuture<>();
    stage.whenComplete(
        (value, failure) -> {
          if (failure == null) {
            done.complete(value);
          } else {
            Throwable cause = root(failure);
            done.completeExceptionally(new ServerStartException(explain(what, cause), cause));
          }
        });
    return done;
  }

  private static Throwable root(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  /** The platforms word it differently; a person wants to read which port and what about it. */
  private static String explain(String what, Throwable cause) {
    String text = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
    boolean binding = what.startsWith("TCP") || what.startsWith("UDP");
    if (binding && text.contains("in use")) {
      return what.replace(" on ", " is in use on ");
    }
    if (binding && text.contains("denied")) {
      return what + " needs more rights than this process has";
    }
    if (binding && text.contains("assign")) {
      return what + " can't be had: this machine has no such address";
    }
    return what + ": " + (cause.getMessage() == null ? cause.toString() : cause.getMessage());
  }
}
