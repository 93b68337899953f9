package io.kadlink.discovery.testing;

import io.kadlink.discovery.DiscoverySettings;
import io.kadlink.discovery.DiscoveryVersion;
import io.kadlink.discovery.LocalDiscovery;
import io.kadlink.discovery.Overlay;
import io.kadlink.discovery.lookup.LookupResult;
import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.table.LocalNode;
import io.kadlink.discovery.table.Table;
import io.kadlink.discovery.udp.DatagramHandler;
import io.kadlink.discovery.udp.Transport;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.PublicKey;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.tuweni.bytes.Bytes32;

/**
 * Nodes running the production classes on virtual time, joined by a network that delays, loses and
 * filters datagrams as a seed says. Each node has a public IPv4 address in a /16 of its own.
 */
public final class VirtualNetwork {
  public static final int PORT = 30303;

  public final VirtualTime time = new VirtualTime();
  private final Random random;
  private final Set<DiscoveryVersion> versions;
  private final Map<InetSocketAddress, DatagramHandler> sockets = new HashMap<>();
  private final List<Node> nodes = new ArrayList<>();
  private double loss;
  private long sent;

  /** A network whose nodes speak discv4. */
  public VirtualNetwork(long seed) {
    this(seed, EnumSet.of(DiscoveryVersion.V4));
  }

  public VirtualNetwork(long seed, Set<DiscoveryVersion> versions) {
    this.random = new Random(seed);
    this.versions = versions;
  }

  /** Loses this share of all datagrams from now on. */
  public void lose(double share) {
    loss = share;
  }

  /** Datagrams sent so far. */
  public long datagramsSent() {
    return sent;
  }

  /** A started node that knows these bootnodes. */
  public Node start(Node... bootnodes) {
    return start(30303, bootnodes);
  }

  /** A hand-driven peer at this address that talks to {@code remote}. */
  public VirtualPeer peer(InetSocketAddress address, Node remote) {
    return new VirtualPeer(this, key(), address, remote);
  }

  public Node start(int tcpPort, Node... bootnodes) {
    int number = nodes.size() + 1;
    Node node = new Node(key(), address(30 + number / 200, number % 200, 1, 1), tcpPort, bootnodes);
    nodes.add(node);
    return node;
  }

  /** A dead node's key and address come to life again, with nothing remembered. */
  public Node revive(Node dead, Node... bootnodes) {
    Node node = new Node(dead.key, dead.address, PORT, bootnodes);
    nodes.set(nodes.indexOf(dead), node);
    return node;
  }

  /** A dead node's key comes to life at another address, with nothing remembered. */
  public Node move(Node dead, Node... bootnodes) {
    byte[] old = dead.address.getAddress().getAddress();
    Node node = new Node(dead.key, address(old[0] & 0xff, old[1] & 0xff, 2, 2), PORT, bootnodes);
    nodes.set(nodes.indexOf(dead), node);
    return node;
  }

  public List<Node> nodes() {
    return List.copyOf(nodes);
  }

  /** The ids of the {@code count} running nodes nearest to {@code target}, but for {@code not}. */
  public List<NodeId> closest(PublicKey target, int count, Node not) {
    return nodes.stream()
        .filter(node -> node.running && node != not)
        .map(node -> node.key.id())
        .sorted(target.id()::compareDistance)
        .limit(count)
        .toList();
  }

  public PublicKey randomTarget() {
    return key().publicKey();
  }

  private NodeKey key() {
    byte[] secret = new byte[32];
    random.nextBytes(secret);
    return NodeKey.of(Bytes32.wrap(secret));
  }

  /** Opens a socket without a node behind it. */
  public Transport open(InetSocketAddress address, DatagramHandler handler) {
    sockets.put(address, handler);
    return new Transport() {
      @Override
      public InetSocketAddress localAddress() {
        return address;
      }

      @Override
      public void send(InetSocketAddress to, byte[] datagram) {
        deliver(address, to, datagram.clone());
      }

      @Override
      public CompletionStage<Void> close() {
        sockets.remove(address, handler);
        return CompletableFuture.completedFuture(null);
      }
    };
  }

  private void deliver(InetSocketAddress from, InetSocketAddress to, byte[] datagram) {
    sent++;
    if (random.nextDouble() < loss) {
      return;
    }
    Duration latency = Duration.ofMillis(5 + random.nextInt(50));
    Loop.Timer ignored =
        time.schedule(
            latency,
            () -> {
              DatagramHandler socket = sockets.get(to);
              if (socket != null) {
                socket.received(from, datagram);
              }
            });
  }

  public static InetSocketAddress address(int a, int b, int c, int d) {
    try {
      byte[] bytes = {(byte) a, (byte) b, (byte) c, (byte) d};
      return new InetSocketAddress(InetAddress.getByAddress(bytes), PORT);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  /** One node of the network. */
  public final class Node {
    public final NodeKey key;
    public final InetSocketAddress address;
    public final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Transport transport;
    private final LocalDiscovery discovery;
    private boolean running = true;

    private Node(NodeKey key, InetSocketAddress address, int tcpPort, Node... bootnodes) {
      this.key = key;
      this.address = address;
      AtomicReference<LocalDiscovery> target = new AtomicReference<>();
      this.transport = open(address, (from, datagram) -> target.get().received(from, datagram));
      LocalNode local =
          new LocalNode(time, key, List.of(address.getAddress()), PORT, tcpPort, Optional.empty());
      this.discovery =
          new LocalDiscovery(
              time,
              local,
              transport,
              new Random(random.nextLong()),
              meters,
              DiscoverySettings.defaults()
                  .withVersions(versions)
                  .withBootnodes(List.of(bootnodes).stream().map(Node::contact).toList()),
              Optional.empty());
      target.set(discovery);
      discovery.start();
    }

    public NodeId id() {
      return key.id();
    }

    public Contact contact() {
      return Contact.of(key.publicKey(), address, discovery.local().tcpPort());
    }

    public LocalDiscovery discovery() {
      return discovery;
    }

    /** The overlay of the first version it speaks. */
    public Overlay overlay() {
      return discovery.overlays().get(0);
    }

    public Table table() {
      return overlay().table();
    }

    public boolean isRunning() {
      return running;
    }

    public List<NodeId> proven() {
      return table().proven().stream()
          .map(Contact::id)
          .sorted(Comparator.comparing(NodeId::toString))
          .toList();
    }

    public boolean knows(Node other) {
      return table().isProven(other.id());
    }

    /** Dies without a word. */
    public void die() {
      running = false;
      discovery.close();
      transport.close();
    }

    /** Lets the node know of a peer as if another node had told of it. */
    public void hearsOf(Peer peer) {
      table().addFound(Contact.of(peer.key.publicKey(), peer.address(), 30303));
    }

    /** Looks up {@code target}, letting time pass until that is done. */
    public LookupResult lookup(PublicKey target) {
      AtomicReference<LookupResult> result = new AtomicReference<>();
      discovery.lookup(target, result::set);
      if (!time.passUntil(() -> result.get() != null, Duration.ofMinutes(2))) {
        throw new AssertionError("the lookup did not end");
      }
      return result.get();
    }

    /** How often this node dropped something for that reason. */
    public double dropped(String reason) {
      return meters.get("kadlink.discovery.v4.dropped").tag("reason", reason).counter().count();
    }
  }
}
