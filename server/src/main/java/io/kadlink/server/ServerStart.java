package io.kadlink.server;

import io.kadlink.discovery.Discovery;
import io.kadlink.discovery.DiscoveryOptions;
import io.kadlink.discovery.DiscoveryService;
import io.kadlink.discovery.NodeSource;
import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.table.AddressRules;
import io.kadlink.identity.PublicKey;
import io.kadlink.rlpx.NettyRlpx;
import io.kadlink.rlpx.Rlpx;
import io.kadlink.rlpx.RlpxOptions;
import io.kadlink.server.admission.AccessLists;
import io.kadlink.server.admission.Admission;
import io.kadlink.server.admission.InboundThrottle;
import io.kadlink.server.dial.DialTarget;
import io.kadlink.server.membership.MembershipException;
import io.kadlink.server.nat.NatOptions;
import io.kadlink.server.nat.NatTraversal;
import io.kadlink.server.reputation.Reputation;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Puts a server's parts together and brings them up, one after the other; or none of them. */
final class ServerStart {
  /**
   * For each step that waits: binding takes microseconds, a look-up of a bootnode's name seconds.
   */
  private static final long STEP_LIMIT_SECONDS = 30;

  private final ServerOptions options;
  private final PublicKey self;
  private final ServerThreads threads;
  private final Loop loop;
  private final Events events = new Events();
  private final Detours detours = new Detours();
  private final AccessLists access;
  private final Arrivals arrivals;
  private final Admission admission;
  private final LocalRecord record;
  private final List<ProtocolHost> hosts;
  private final PeerSet peers;
  private final Discipline discipline;
  private final Members members;
  private final Rotation rotation;
  private final Dialer dialer;
  private final Door door;
  private final Rlpx rlpx;
  private Optional<Discovery> discovery = Optional.empty();
  private Optional<NatTraversal> nat = Optional.empty();
  private int tcpPort;

  private ServerStart(ServerOptions options, Members.Start membership) {
    this.options = options;
    this.self = options.signer().publicKey();
    this.threads = ServerThreads.start(options.protocols(), options.clock());
    this.loop = threads.server();
    this.access = options.admission().lists(options.clock());
    this.arrivals = new Arrivals(options.clock());
    this.admission =
        new Admission(
            self.id(), options.limits(), access, options.admission().eviction(), splitRandom());
    options.admission().preferred().forEach(admission::prefer);
    options.trustedNodes().forEach(node -> admission.trust(node.id()));
    this.record = new LocalRecord(loop, options.signer(), options.clock());
    ServerMetrics metrics = new ServerMetrics(options.metrics());
    this.hosts = new ArrayList<>();
    for (Protocol protocol : options.protocols()) {
      hosts.add(new ProtocolHost(protocol, threads.loop(protocol), metrics));
    }
    this.peers = new PeerSet(loop, options.clock(), List.copyOf(hosts), metrics, events);
    this.dialer =
        new Dialer(
            self.id(),
            loop,
            options.clock(),
            options.maxDialed(),
            access,
            arrivals,
            peers,
            new DialReports(metrics, events),
            options.dialing(),
            options.dialFilter(),
            splitRandom());
    peers.observe(dialer);
    metrics.limits(options.limits());
    metrics.watchDials(dialer::underway);
    Reputation reputation =
        new Reputation(options.reputation(), options.clock(), admission::trusts);
    Optional<Discipline.Files> files = options.stateFolder().map(Discipline.Files::in);
    files.ifPresent(each -> Discipline.restore(each, access, reputation, options.clock()));
    this.discipline = new Discipline(loop, reputation, access, peers, metrics, events, files);
    peers.observe(discipline);
    this.rotation =
        new Rotation(loop, options.clock(), splitRandom(), options.limits(), peers, metrics);
    this.members =
        new Members(
            loop,
            options.clock(),
            membership,
            self,
            threads.verifier(),
            peers,
            new MembershipMetrics(options.metrics()));
    this.door =
        new Door(
            loop,
            admission,
            access,
            new InboundThrottle(options.clock()),
            arrivals,
            peers,
            dialer,
            members,
            metrics,
            events);
    this.rlpx = new NettyRlpx(rlpxOptions(), threads.transport());
  }

  /**
   * @throws ServerStartException when something stands in the way; nothing is left behind then
   */
  static Server start(ServerOptions options) {
    Members.Start membership;
    try {
      membership = Members.Start.read(options.membership(), options.signer().publicKey());
    } catch (MembershipException e) {
      throw new ServerStartException("membership: " + e.getMessage(), e);
    }
    ServerStart start = new ServerStart(options, membership);
    try {
      start.startProtocols();
      start.listen();
      start.discover();
      start.findEndpoint();
      start.dial();
      return start.server();
    } catch (RuntimeException e) {
      start.server().close();
      throw e;
    }
  }

  private Server server() {
    return new Server(
        options,
        threads,
        loop,
        events,
        admission,
        new Access(loop, access, discipline),
        record,
        hosts,
        peers,
        discipline,
        members,
        dialer,
        rlpx,
        nat,
        tcpPort);
  }

  private RlpxOptions rlpxOptions() {
    RlpxOptions.Builder builder =
        RlpxOptions.builder(options.signer(), options.clientName(), options.metrics())
            .gate(door)
            .computation(threads.computation())
            .helloElements(members::shown);
    for (Protocol protocol : options.protocols()) {
      builder.capability(protocol.capability(), protocol.messageCount());
    }
    return builder.build();
  }

  private void startProtocols() {
    ServerContext.Services services =
        new ServerContext.Services(
            options.clock(),
            options.metrics(),
            options.signer(),
            record,
            peers,
            dialer,
            new Adoption(loop, rlpx, threads.transport().workers(), peers),
            detours);
    Map<Loop, ServerContext> contexts = new LinkedHashMap<>();
    for (ProtocolHost host : hosts) {
      ServerContext context =
          contexts.computeIfAbsent(
              host.loop(), shared -> new ServerContext(shared, splitRandom(), services));
      await(
          "protocol " + host.capability() + " did not start",
          CompletableFuture.runAsync(() -> host.protocol().start(context), host.loop()));
    }
  }

  private void listen() {
    if (!options.listen()) {
      return;
    }
    InetSocketAddress wanted = new InetSocketAddress(options.bind(), options.port());
    tcpPort =
        await(
                "TCP " + where(wanted),
                rlpx.listen(
                    wanted,
                    connection ->
                        loop.execute(
                            () -> peers.add(connection, Optional.empty(), Optional.empty()))))
            .getPort();
  }

  private void discover() {
    Optional<InetAddress> address =
        options
            .advertised()
            .or(() -> Optional.of(options.bind()))
            .filter(ip -> !ip.isAnyLocalAddress())
            .or(options.discovery()::fallbackAddress);
    if (!options.discovery().isOn()) {
      address.ifPresent(
          ip -> await("the record could not be made", record.endpoint(ip, tcpPort, 0)));
      return;
    }
    InetSocketAddress wanted = new InetSocketAddress(options.bind(), udpPort());
    CompletionStage<DiscoveryService> starting = DiscoveryService.start(discoveryOptions(wanted));
    if (options.port() == 0 && options.discovery().port() == DiscoveryPlan.SAME_AS_TCP) {
      // Any port was asked for, and the one that TCP got is taken for UDP: then another one.
      starting =
          starting
              .handle(
                  (started, failure) ->
                      failure == null
                          ? CompletableFuture.completedStage(started)
                          : DiscoveryService.start(
                              discoveryOptions(new InetSocketAddress(options.bind(), 0))))
              .thenCompose(stage -> stage);
    }
    Discovery started = await("UDP " + where(wanted), starting);
    discovery = Optional.of(started);
    await("the record could not be made", record.handTo(started));
  }

  private int udpPort() {
    if (options.discovery().port() != DiscoveryPlan.SAME_AS_TCP) {
      return options.discovery().port();
    }
    return options.listen() ? tcpPort : options.port();
  }

  private DiscoveryOptions discoveryOptions(InetSocketAddress bind) {
    DiscoveryOptions.Builder builder =
        DiscoveryOptions.builder(options.signer(), threads.transport().workers().next())
            .bindAddress(bind)
            .tcpPort(tcpPort)
            .versions(options.discovery().versions())
            .recordEntries(await("the record could not be made", record.entries()))
            .addresses(new AddressRules(access::permits, options.discovery().limitLan()))
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
                threads.transport().workers().next(),
                new RecordAdvertiser(record, tcpPort)));
  }

  private void dial() {
    Optional<NodeSource> source =
        options.maxDialed() > 0 ? discovery.map(Discovery::nodes) : Optional.empty();
    Dialer.Network network = new Dialer.Network(rlpx, detours, discovery, source, door);
    loop.execute(
        () -> {
          discipline.start();
          members.start();
          if (options.admission().rotation()) {
            rotation.start();
          }
          dialer.start(network);
          options.trustedNodes().stream()
              .map(DialTarget::of)
              .filter(DialTarget::placed)
              .forEach(dialer.scheduler()::addTrusted);
          options.staticNodes().forEach(dialer.scheduler()::addStatic);
        });
  }

  private SplittableRandom splitRandom() {
    return new SplittableRandom(options.random().nextLong());
  }

  private static String where(InetSocketAddress address) {
    return "port " + address.getPort() + " on " + address.getAddress().getHostAddress();
  }

  private static <T> T await(String what, CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().get(STEP_LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      while (cause instanceof CompletionException && cause.getCause() != null) {
        cause = cause.getCause();
      }
      throw new ServerStartException(explain(what, cause), cause);
    } catch (TimeoutException e) {
      throw new ServerStartException(what + " took over " + STEP_LIMIT_SECONDS + " s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ServerStartException(what + ": interrupted", e);
    }
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
