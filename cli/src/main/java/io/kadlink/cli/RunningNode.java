package io.kadlink.cli;

import io.javalin.util.JavalinException;
import io.kadlink.cli.rpc.AccessApi;
import io.kadlink.cli.rpc.AdminApi;
import io.kadlink.cli.rpc.DiscoveryApi;
import io.kadlink.cli.rpc.EngineApi;
import io.kadlink.cli.rpc.EngineSecret;
import io.kadlink.cli.rpc.EthApi;
import io.kadlink.cli.rpc.FeeApi;
import io.kadlink.cli.rpc.KadlinkApi;
import io.kadlink.cli.rpc.MembershipApi;
import io.kadlink.cli.rpc.MetricsServer;
import io.kadlink.cli.rpc.NatApi;
import io.kadlink.cli.rpc.PubSubApi;
import io.kadlink.cli.rpc.RpcMethods;
import io.kadlink.cli.rpc.RpcServer;
import io.kadlink.cli.rpc.TxPoolApi;
import io.kadlink.cli.rpc.WalletApi;
import io.kadlink.discovery.dns.BadEntryException;
import io.kadlink.discovery.store.NodeStore;
import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.NodeRecord;
import io.kadlink.protocols.eth.Eth;
import io.kadlink.protocols.eth.dev.BlockProducer;
import io.kadlink.protocols.eth.dev.DevAccounts;
import io.kadlink.protocols.eth.dev.DevChain;
import io.kadlink.protocols.eth.dev.DevChainOptions;
import io.kadlink.protocols.eth.dev.Genesis;
import io.kadlink.protocols.eth.dev.Wallet;
import io.kadlink.protocols.pubsub.PubSub;
import io.kadlink.protocols.pubsub.PubSubOptions;
import io.kadlink.protocols.relay.Relay;
import io.kadlink.protocols.relay.RelayOptions;
import io.kadlink.server.ClientName;
import io.kadlink.server.Server;
import io.kadlink.server.ServerBuilder;
import io.kadlink.server.ServerStartException;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.netty4.NettyAllocatorMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The parts of a node put together as the options say, closed in the reverse order. */
final class RunningNode implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RunningNode.class);

  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final NodeOptions options;
  private final PrometheusMeterRegistry metrics;
  private final Genesis genesis;
  private final DevChain chain;
  private final long startHead;
  private final Eth eth;
  private final PubSub pubSub;
  private final Relay relay;
  private final Server server;

  /**
   * Starts a node.
   *
   * @throws CommandFailure when it can't start, with what to do
   */
  static RunningNode start(NodeOptions options) {
    RunningNode node = null;
    try {
      Files.createDirectories(options.common.dataDir);
      NodeKey key = NodeKey.loadOrCreate(options.common.keyFile());
      node = new RunningNode(options, key);
      node.serve();
      return node;
    } catch (IOException | ServerStartException | JavalinException e) {
      if (node != null) {
        node.close();
      }
      throw new CommandFailure("The node can't start: " + e.getMessage(), e);
    }
  }

  private RunningNode(NodeOptions options, NodeKey key) throws IOException {
    this.options = options;
    this.metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    parts.push(metrics::close);
    new JvmMemoryMetrics().bindTo(metrics);
    new ProcessorMetrics().bindTo(metrics);
    new UptimeMetrics().bindTo(metrics);
    new FileDescriptorMetrics().bindTo(metrics);
    new NettyAllocatorMetrics(PooledByteBufAllocator.DEFAULT).bindTo(metrics);
    try {
      DevChainOptions chainOptions = Chains.of(options).withMeters(metrics);
      this.genesis = chainOptions.genesis();
      this.chain = part(DevChain.open(chainOptions));
      Chains.importBlocks(chain, options);
      Chains.adoptState(chain, options);
      this.startHead = chain.head().number();
      this.eth = new Eth(chain);
      this.pubSub = new PubSub(PubSubOptions.defaults());
      this.relay = Relay.of(options.noListen ? RelayOptions.dialOnly() : RelayOptions.listening());
      this.server = part(server(key));
      if (options.devProduce != null) {
        produce(Duration.ofSeconds(options.devProduce));
      }
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private Server server(NodeKey key) {
    ServerBuilder builder =
        Server.builder()
            .key(key)
            .clientName(ClientName.of(Kadlink.class))
            .port(options.port)
            .listen(!options.noListen)
            .discovery(options.discoveryVersions())
            .bootnodes(NodeAddress.parseAll(options.bootnodes))
            .staticTargets(NodeAddress.parseTargets(options.staticNodes))
            .trustedNodes(NodeAddress.parseAll(options.trustedNodes))
            .nodeDatabase(options.common.dataDir.resolve(NodeStore.FILE_NAME))
            .limitLan(options.common.limitLan)
            .maxPeers(options.maxPeers)
            .stateFolder(options.common.dataDir)
            .dialFilter(node -> node.record().flatMap(eth::objection))
            .metrics(metrics)
            .protocols(eth.protocols())
            .protocol(pubSub.protocol())
            .protocol(relay.protocol());
    if (options.discoveryPort != null) {
      builder.discoveryPort(options.discoveryPort);
    }
    if (options.common.host != null) {
      builder.bind(options.common.host);
    }
    try {
      options.dnsLists.forEach(builder::dnsList);
    } catch (BadEntryException e) {
      throw new CommandFailure("--dns-discovery: " + e.getMessage(), e);
    }
    if (options.mdns != null) {
      builder.lanDiscovery(options.mdns);
    }
    options.admission.addTo(builder);
    builder.membership(options.membership.files());
    builder.fallbackAddress(InetAddress.getLoopbackAddress());
    builder.nat(options.common.nat.method()).natLifetime(options.common.nat.lifetime());
    builder.netRestrict(options.common.netRestrict);
    return builder.start();
  }

  private void produce(Duration period) {
    ScheduledExecutorService timer =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("producer").factory());
    part(timer);
    BlockProducer producer = part(new BlockProducer(chain, coinbase(), InstantSource.system()));
    producer.start(timer, period);
    log.info("producing a block every {} s", period.toSeconds());
  }

  private org.apache.tuweni.bytes.Bytes coinbase() {
    return DevAccounts.address(options.devWallet == null ? 0 : options.devWallet);
  }

  /** Opens the JSON-RPC, Engine API and metrics ports that the options ask for. */
  private void serve() throws IOException {
    if (options.enginePort != null) {
      EngineSecret secret =
          EngineSecret.loadOrCreate(options.jwtSecretFile(), InstantSource.system());
      RpcServer engine = part(RpcServer.start(options.enginePort, engineMethods(), secret));
      log.info(
          "Engine API on http://127.0.0.1:{} with the secret in {}",
          engine.port(),
          options.jwtSecretFile());
    }
    if (options.rpcPort != null) {
      RpcServer rpc = part(RpcServer.start(options.rpcPort, methods()));
      log.info("JSON-RPC on http://127.0.0.1:{}", rpc.port());
    }
    if (options.common.metricsPort != null) {
      MetricsServer endpoint =
          part(MetricsServer.start(options.common.metricsPort, metrics, () -> true));
      log.info("metrics on http://127.0.0.1:{}/metrics", endpoint.port());
    }
  }

  /** The Engine API wants the chain's own methods on the same port. */
  private RpcMethods engineMethods() {
    RpcMethods methods = new RpcMethods();
    new EngineApi(chain).addTo(methods);
    new EthApi(chain, eth::syncing).addTo(methods);
    return methods;
  }

  private RpcMethods methods() {
    RpcMethods methods = new RpcMethods();
    new AdminApi(
            server,
            ClientName.of(Kadlink.class),
            chain.networkId(),
            this::ethNodeInfo,
            this::ethPeerInfo)
        .addTo(methods);
    new EthApi(chain, eth::syncing).addTo(methods);
    new FeeApi(chain).addTo(methods);
    new TxPoolApi(chain).addTo(methods);
    PubSubApi pubSubApi = new PubSubApi(pubSub, chain.chainId());
    pubSubApi.addTo(methods);
    new DiscoveryApi(server.discovery()).addTo(methods);
    new AccessApi(server).addTo(methods);
    new MembershipApi(server).addTo(methods);
    new NatApi(server::nat).addTo(methods);
    new KadlinkApi(server, chain, genesis, relay, pubSubApi, startHead).addTo(methods);
    if (options.devWallet != null) {
      new WalletApi(chain, new Wallet(DevAccounts.key(options.devWallet), chain.chainId()))
          .addTo(methods);
    }
    return methods;
  }

  private Map<String, Object> ethNodeInfo() {
    return Map.of(
        "network", chain.networkId(),
        "genesis", chain.genesisHash().toHexString(),
        "head", chain.head().hash().toHexString());
  }

  private Optional<Map<String, Object>> ethPeerInfo(io.kadlink.server.Peer peer) {
    return eth.peer(peer.id())
        .map(
            status -> {
              Map<String, Object> info = new LinkedHashMap<>();
              info.put("version", status.version().number());
              status
                  .head()
                  .ifPresent(
                      head -> {
                        info.put("latestBlock", head.number());
                        info.put("latestBlockHash", head.hash().toHexString());
                      });
              return info;
            });
  }

  Enode enode() {
    return server.enode();
  }

  NodeRecord record() {
    return server.record();
  }

  private <T extends AutoCloseable> T part(T part) {
    parts.push(part);
    return part;
  }

  /** Closes all parts, the last one first; what can't be closed is logged. */
  @Override
  public void close() {
    while (!parts.isEmpty()) {
      AutoCloseable part = parts.pop();
      try {
        part.close();
      } catch (Exception e) {
        log.warn("{} did not close cleanly", part.getClass().getSimpleName(), e);
      }
    }
  }
}
