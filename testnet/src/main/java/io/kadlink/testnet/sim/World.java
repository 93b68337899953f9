package io.kadlink.testnet.sim;

import io.kadlink.discovery.DiscoveryVersion;
import io.kadlink.discovery.LocalDiscovery;
import io.kadlink.discovery.udp.DatagramHandler;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.crypto.Secp256k1;
import io.kadlink.server.Server;
import io.kadlink.server.ServerBuilder;
import io.kadlink.server.virtual.VirtualPlatform;
import io.micrometer.core.instrument.Counter;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.apache.tuweni.bytes.Bytes32;
import org.jspecify.annotations.Nullable;

/**
 * A simulated network: time, wires, and the nodes on them. One seed gives one history, whatever the
 * number of threads. Used by one thread, while no time passes.
 */
public final class World implements AutoCloseable {
  private static final long HEARTBEAT_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final SplittableRandom seeds;
  private final RandomGenerator random;
  private final EventLog log;
  private final VirtualTime time;
  private final VirtualNetwork network;
  private final VirtualTcp tcp;
  private final AddressPlan addresses;
  private final Set<DiscoveryVersion> versions;
  private final NodeFactory factory;
  private final List<SimulatedNode> live = new ArrayList<>();
  private final List<SimulatedServer> servers = new ArrayList<>();
  private final Set<NodeId> ids = new HashSet<>();
  private final Progress progress;
  private long lastHeartbeat = System.nanoTime();

  /**
   * An empty world.
   *
   * @param threads how many run the nodes
   * @param versions the protocols that all nodes speak
   * @param eventLog where every event is written as a line, when somebody wants to read that
   */
  public World(
      long seed,
      int threads,
      Set<DiscoveryVersion> versions,
      @Nullable Writer eventLog,
      Progress progress) {
    this.versions = EnumSet.copyOf(versions);
    this.factory = new NodeFactory(versions);
    this.seeds = new SplittableRandom(seed);
    this.random = seeds.split();
    this.addresses = new AddressPlan(seeds.split());
    this.progress = progress;
    this.log = new EventLog(eventLog);
    this.time = new VirtualTime(Links.LEAST, threads, log, this::heartbeat);
    this.network = new VirtualNetwork(time);
    this.tcp = new VirtualTcp(network);
  }

  public VirtualTime time() {
    return time;
  }

  public VirtualNetwork network() {
    return network;
  }

  /** The protocols that all nodes speak. */
  public List<DiscoveryVersion> versions() {
    return List.copyOf(EnumSet.copyOf(versions));
  }

  /** For whatever a scenario leaves to chance. */
  public RandomGenerator random() {
    return random;
  }

  /** For something that is no node of ours. */
  public RandomGenerator newRandom() {
    return seeds.split();
  }

  /** A key that follows from the seed. */
  public NodeKey newKey() {
    return newKey(random);
  }

  /** A key that follows from what is drawn. */
  public static NodeKey newKey(RandomGenerator random) {
    byte[] secret = new byte[Secp256k1.SCALAR_BYTES];
    do {
      random.nextBytes(secret);
    } while (!Secp256k1.get().isValidPrivateKey(secret));
    return NodeKey.of(Bytes32.wrap(secret));
  }

  /** A node that starts now at an address of its own. */
  public SimulatedNode join(List<SimulatedNode> bootnodes) {
    return join(newKey(), addresses.next(), Optional.empty(), bootnodes);
  }

  /**
   * A node that starts now.
   *
   * @param nat what it is behind; it does not know its outer address then
   */
  public SimulatedNode join(
      NodeKey key, InetSocketAddress address, Optional<Nat> nat, List<SimulatedNode> bootnodes) {
    VirtualLoop loop = time.newLoop();
    AtomicReference<LocalDiscovery> target = new AtomicReference<>();
    VirtualNetwork.Socket socket =
        network.open(
            loop,
            address,
            nat,
            seeds.split(),
            (from, datagram) -> target.getPlain().received(from, datagram));
    LocalDiscovery discovery =
        factory.build(
            loop,
            key,
            nat.isPresent() ? Optional.empty() : Optional.of(address.getAddress()),
            socket,
            seeds.split(),
            bootnodes.stream().map(SimulatedNode::contact).toList());
    target.set(discovery);
    SimulatedNode node =
        new SimulatedNode(key, loop, socket, discovery, nat.isPresent(), time.elapsed());
    live.add(node);
    ids.add(node.id());
    loop.run(
        () -> {
          loop.log(EventKind.JOIN, Endpoints.number(address), 0, 0);
          discovery.start();
        });
    return node;
  }

  /** A server that starts now at an address of its own. */
  public SimulatedServer start(UnaryOperator<ServerBuilder> settings) {
    return start(newKey(), addresses.next(), settings);
  }

  /**
   * A server that starts now.
   *
   * @param settings what it has besides a key, an address, discovery, a clock and randomness
   */
  public SimulatedServer start(
      NodeKey key, InetSocketAddress address, UnaryOperator<ServerBuilder> settings) {
    VirtualLoop loop = time.newLoop();
    AtomicReference<DatagramHandler> handler = new AtomicReference<>((from, datagram) -> {});
    VirtualNetwork.Socket socket =
        network.open(
            loop,
            address,
            Optional.empty(),
            seeds.split(),
            (from, datagram) -> handler.getPlain().received(from, datagram));
    VirtualTcp.Host host = tcp.open(loop, address.getAddress(), seeds.split());
    VirtualPlatform platform =
        new VirtualPlatform(
            loop,
            (wanted, receiver) -> {
              handler.setPlain(receiver);
              return CompletableFuture.completedFuture(socket);
            },
            host,
            seeds.split());
    ServerBuilder builder =
        Server.builder()
            .key(key)
            .bind(address.getAddress())
            .port(address.getPort())
            .discovery(versions)
            .clock(loop::now)
            .random(seeds.split());
    CompletableFuture<Server> starting = new CompletableFuture<>();
    SimulatedServer server = new SimulatedServer(key, loop, socket, host, starting, time.elapsed());
    servers.add(server);
    ids.add(server.id());
    loop.run(
        () -> {
          loop.log(EventKind.JOIN, Endpoints.number(address), 0, 0);
          settings
              .apply(builder)
              .start(platform)
              .whenComplete(
                  (started, failure) -> {
                    if (failure == null) {
                      starting.complete(started);
                    } else {
                      starting.completeExceptionally(failure);
                    }
                  });
        });
    return server;
  }

  /** A server is gone without a word. */
  public void leave(SimulatedServer server) {
    servers.remove(server);
    ids.remove(server.id());
    server.vanish();
  }

  /** The servers that run, in the order they started. */
  public List<SimulatedServer> servers() {
    return List.copyOf(servers);
  }

  /** A host for something that is no server of ours. */
  public VirtualTcp.Host openHost(VirtualLoop loop, InetAddress address) {
    return tcp.open(loop, address, seeds.split());
  }

  /** An endpoint nobody had before. */
  public InetSocketAddress newAddress() {
    return addresses.next();
  }

  /** Endpoints of one /24 in which there is no other node. */
  public List<InetSocketAddress> newSubnet(int hosts) {
    int subnet = addresses.reserveSubnet();
    List<InetSocketAddress> endpoints = new ArrayList<>();
    for (int host = 1; host <= hosts; host++) {
      endpoints.add(Endpoints.of(subnet | host, AddressPlan.PORT));
    }
    return endpoints;
  }

  /** A loop for something that is no node of ours. */
  public VirtualLoop newLoop() {
    return time.newLoop();
  }

  /** A socket for something that is no node of ours. */
  public VirtualNetwork.Socket open(
      VirtualLoop loop, InetSocketAddress address, DatagramHandler handler) {
    return network.open(loop, address, Optional.empty(), seeds.split(), handler);
  }

  /** A node is gone without a word. */
  public void leave(SimulatedNode node) {
    live.remove(node);
    ids.remove(node.id());
    node.vanish();
  }

  /** The nodes that run, in the order they joined. */
  public List<SimulatedNode> live() {
    return List.copyOf(live);
  }

  /** Whether a node or a server of this id runs. */
  public boolean isLive(NodeId id) {
    return ids.contains(id);
  }

  /** A sum over all nodes that ever were, of a counter of theirs. */
  public double counted(String name, String... tags) {
    Counter counter = factory.registry().find(name).tags(tags).counter();
    return counter == null ? 0 : counter.count();
  }

  /** Tasks and log entries so far. */
  public long events() {
    return time.tasks() + log.events();
  }

  /** SHA-256 over all that happened so far. */
  public String eventLogHash() {
    return log.hash();
  }

  private void heartbeat() {
    long now = System.nanoTime();
    if (now - lastHeartbeat > HEARTBEAT_NANOS) {
      lastHeartbeat = now;
      progress.at(time.elapsed(), live.size() + servers.size(), events());
    }
  }

  @Override
  public void close() {
    time.close();
  }
}
