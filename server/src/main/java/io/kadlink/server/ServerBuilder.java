package io.kadlink.server;

import io.kadlink.discovery.DiscoveryVersion;
import io.kadlink.discovery.dns.TreeLink;
import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.Signer;
import io.kadlink.server.admission.AdmissionOptions;
import io.kadlink.server.admission.Cidr;
import io.kadlink.server.admission.Eviction;
import io.kadlink.server.admission.PeerLimits;
import io.kadlink.server.admission.Subject;
import io.kadlink.server.dial.DialOptions;
import io.kadlink.server.dial.DialTarget;
import io.kadlink.server.membership.MembershipFiles;
import io.kadlink.server.nat.NatMethod;
import io.kadlink.server.nat.NatOptions;
import io.kadlink.server.reputation.ReputationOptions;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Collects what a {@link Server} is made of. Everything has a default: a fresh key, port {@value
 * #DEFAULT_PORT} on all addresses, discovery on, {@value #DEFAULT_MAX_PEERS} peers. Not
 * thread-safe.
 */
public final class ServerBuilder {
  /** The port every devp2p client takes unless told. */
  public static final int DEFAULT_PORT = 30303;

  /** As geth: enough to be well connected, few enough to serve from home. */
  public static final int DEFAULT_MAX_PEERS = 50;

  /** As geth: a third of the slots for peers of our own choosing, the rest for those who come. */
  public static final double DEFAULT_DIALED_SHARE = 1.0 / 3;

  private @Nullable Signer signer;
  private InetAddress bind = new InetSocketAddress(0).getAddress(); // the wildcard
  private Optional<InetAddress> advertised = Optional.empty();
  private int port = DEFAULT_PORT;
  private Optional<InetAddress> fallbackAddress = Optional.empty();
  private boolean limitLan;
  private int discoveryPort = DiscoveryPlan.SAME_AS_TCP;
  private boolean listen = true;
  private Set<DiscoveryVersion> discovery = EnumSet.allOf(DiscoveryVersion.class);
  private final List<Enode> bootnodes = new ArrayList<>();
  private Optional<Path> nodeDatabase = Optional.empty();
  private final List<TreeLink> dnsLists = new ArrayList<>();
  private Optional<InetAddress> lanAddress = Optional.empty();
  private final List<DialTarget> staticNodes = new ArrayList<>();
  private final List<Enode> trustedNodes = new ArrayList<>();
  private int maxPeers = DEFAULT_MAX_PEERS;
  private double dialedShare = DEFAULT_DIALED_SHARE;
  private final List<Protocol> protocols = new ArrayList<>();
  private String clientName = ClientName.of(Server.class);
  private @Nullable MeterRegistry metrics;
  private InstantSource clock = InstantSource.system();
  private @Nullable RandomGenerator random;
  private final List<Cidr> netRestrict = new ArrayList<>();
  private final List<Subject> denied = new ArrayList<>();
  private final List<Subject> allowed = new ArrayList<>();
  private boolean allowListOnly;
  private int perAddress = PeerLimits.DEFAULT_PER_ADDRESS;
  private int perSubnet = PeerLimits.DEFAULT_PER_SUBNET;
  private final Set<NodeId> preferred = new HashSet<>();
  private Eviction eviction = Eviction.NONE;
  private boolean rotation;
  private ReputationOptions reputation = ReputationOptions.DEFAULT;
  private Optional<Path> stateFolder = Optional.empty();
  private MembershipFiles membership = MembershipFiles.NONE;
  private DialOptions dialing = DialOptions.DEFAULT;
  private DialFilter dialFilter = node -> Optional.empty();
  private NatPlan nat = NatPlan.NONE;

  ServerBuilder() {}

  /** The node's identity; default: a fresh key. */
  public ServerBuilder key(Signer key) {
    this.signer = key;
    return this;
  }

  /** The local address to bind; default: all. A specific one is also advertised. */
  public ServerBuilder bind(InetAddress address) {
    this.bind = address;
    return this;
  }

  /** As {@link #bind}, from an address literal or a name that is looked up now. */
  public ServerBuilder host(String host) {
    try {
      return bind(InetAddress.getByName(host));
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("no address to bind: unknown host '" + host + "'", e);
    }
  }

  /**
   * The address other nodes should use, whatever they say. Default: the bound one, until most of
   * those we ask agree that they see us at another.
   */
  public ServerBuilder advertise(InetAddress address) {
    this.advertised = Optional.of(address);
    return this;
  }

  /**
   * How others get to know this node's address, and how they get through a router to it; default:
   * {@link NatMethod#none}. {@code NatMethod.externalAddress(ip)} is the same as {@link
   * #advertise}. Mappings are asked for in the background: the server starts at once, and its
   * record changes when there is an endpoint.
   */
  public ServerBuilder nat(NatMethod method) {
    this.nat = new NatPlan(method, nat.lifetime());
    return this;
  }

  /**
   * How long a router is asked to map the ports, renewed at half of it; default: {@link
   * NatOptions#DEFAULT_LIFETIME}.
   *
   * @throws IllegalArgumentException when it is not from {@link NatOptions#MIN_LIFETIME} to {@link
   *     NatOptions#MAX_LIFETIME}
   */
  public ServerBuilder natLifetime(Duration lifetime) {
    this.nat = new NatPlan(nat.method(), lifetime);
    return this;
  }

  /** Told to others while all addresses are bound and nobody said where we are; default: none. */
  public ServerBuilder fallbackAddress(InetAddress address) {
    this.fallbackAddress = Optional.of(address);
    return this;
  }

  /** TCP port, 0 to 65535; 0 takes a free one. Default {@value #DEFAULT_PORT}. */
  public ServerBuilder port(int port) {
    this.port = checkPort(port);
    return this;
  }

  /** UDP port, 0 to 65535; 0 takes a free one. Default: the number of the TCP port. */
  public ServerBuilder discoveryPort(int port) {
    this.discoveryPort = checkPort(port);
    return this;
  }

  /**
   * Whether there is a TCP listener; without one the node only dials and advertises no TCP port.
   */
  public ServerBuilder listen(boolean listen) {
    this.listen = listen;
    return this;
  }

  /** Whether nodes are searched, and searches answered, over UDP; default: by all versions. */
  public ServerBuilder discovery(boolean discovery) {
    this.discovery =
        discovery ? EnumSet.allOf(DiscoveryVersion.class) : EnumSet.noneOf(DiscoveryVersion.class);
    return this;
  }

  /** The versions of the discovery protocol to speak on one UDP port; none: no discovery. */
  public ServerBuilder discovery(Set<DiscoveryVersion> versions) {
    this.discovery = Set.copyOf(versions);
    return this;
  }

  /** The file that remembers nodes, made when there is none; default: nothing is remembered. */
  public ServerBuilder nodeDatabase(Path file) {
    this.nodeDatabase = Optional.of(file);
    return this;
  }

  /**
   * A DNS list (EIP-1459) of nodes worth a dial. Adds to those already given.
   *
   * @param url {@code enrtree://KEY@domain}
   * @throws io.kadlink.discovery.dns.BadEntryException when it is no such URL
   */
  public ServerBuilder dnsList(String url) {
    dnsLists.add(TreeLink.parse(url));
    return this;
  }

  /** Announces this node, and looks for others, on the network of this address by mDNS. */
  public ServerBuilder lanDiscovery(InetAddress address) {
    this.lanAddress = Optional.of(address);
    return this;
  }

  /**
   * Whether discovery's limits on nodes of one network count for loopback and private addresses,
   * too; default: no, since all nodes of a test network or an office share one.
   */
  public ServerBuilder limitLan(boolean limit) {
    this.limitLan = limit;
    return this;
  }

  /** Nodes that discovery starts from. Adds to those already given. */
  public ServerBuilder bootnodes(Collection<Enode> nodes) {
    bootnodes.addAll(nodes);
    return this;
  }

  public ServerBuilder bootnodes(Enode... nodes) {
    return bootnodes(List.of(nodes));
  }

  /** Nodes to stay connected with: dialed first, redialed when lost, outside the peer limit. */
  public ServerBuilder staticNodes(Collection<Enode> nodes) {
    nodes.forEach(node -> staticNodes.add(DialTarget.of(node)));
    return this;
  }

  /** As above; a target may also be a key alone, and discovery is asked where that is. */
  public ServerBuilder staticTargets(Collection<DialTarget> targets) {
    staticNodes.addAll(targets);
    return this;
  }

  public ServerBuilder staticNodes(Enode... nodes) {
    return staticNodes(List.of(nodes));
  }

  /** Nodes that are admitted even when all slots are taken, and tried now and then. */
  public ServerBuilder trustedNodes(Collection<Enode> nodes) {
    trustedNodes.addAll(nodes);
    return this;
  }

  public ServerBuilder trustedNodes(Enode... nodes) {
    return trustedNodes(List.of(nodes));
  }

  /** How many peers at most, static, trusted and explicitly connected ones aside; 0 or more. */
  public ServerBuilder maxPeers(int maxPeers) {
    if (maxPeers < 0) {
      throw new IllegalArgumentException("maxPeers is 0 or more, not " + maxPeers);
    }
    this.maxPeers = maxPeers;
    return this;
  }

  /**
   * The part of {@code maxPeers} kept for peers that we dial, 0 to 1; at least one slot when it is
   * above 0. Without discovery nothing is dialed into these slots, and all go to those who come.
   */
  public ServerBuilder dialedShare(double share) {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException("dialedShare is 0 to 1, not " + share);
    }
    this.dialedShare = share;
    return this;
  }

  /** Adds a subprotocol. */
  public ServerBuilder protocol(Protocol protocol) {
    protocols.add(protocol);
    return this;
  }

  /** Adds subprotocols. */
  public ServerBuilder protocols(Collection<? extends Protocol> more) {
    protocols.addAll(more);
    return this;
  }

  /** Adds subprotocols. */
  public ServerBuilder protocols(Protocol... more) {
    return protocols(List.of(more));
  }

  /** The software name that Hello tells, 1 to 256 printable characters. */
  public ServerBuilder clientName(String clientName) {
    this.clientName = clientName;
    return this;
  }

  /** Where the server counts; default: a registry of its own. One registry serves one server. */
  public ServerBuilder metrics(MeterRegistry metrics) {
    this.metrics = metrics;
    return this;
  }

  public ServerBuilder clock(InstantSource clock) {
    this.clock = clock;
    return this;
  }

  /** Source of what need not be secret (jitter, choices); each loop gets a split of it. */
  public ServerBuilder random(RandomGenerator random) {
    this.random = random;
    return this;
  }

  /** Networks outside of which nobody is dialed or admitted, e.g. {@code 10.0.0.0/8}; none: all. */
  public ServerBuilder netRestrict(Collection<Cidr> networks) {
    netRestrict.addAll(networks);
    return this;
  }

  /**
   * As above, in CIDR notation.
   *
   * @throws IllegalArgumentException naming the network that can't be read
   */
  public ServerBuilder netRestrict(String... networks) {
    for (String network : networks) {
      netRestrict.add(Cidr.parse(network));
    }
    return this;
  }

  /** Nodes, networks and endpoints that are never peers. Adds to those already given. */
  public ServerBuilder deny(Collection<Subject> subjects) {
    denied.addAll(subjects);
    return this;
  }

  /** Nodes, networks and endpoints on the allow list, which counts with {@link #allowListOnly}. */
  public ServerBuilder allow(Collection<Subject> subjects) {
    allowed.addAll(subjects);
    return this;
  }

  /** Whether only those on the allow list, static and trusted nodes may be peers; default: no. */
  public ServerBuilder allowListOnly(boolean only) {
    this.allowListOnly = only;
    return this;
  }

  /**
   * How many peers may share an IP address, and how many an IPv4 /24 or IPv6 /64, 1 or more each;
   * default: {@value PeerLimits#DEFAULT_PER_ADDRESS} and {@value PeerLimits#DEFAULT_PER_SUBNET}.
   * Static, trusted and preferred nodes are not counted; loopback and private addresses only with
   * {@link #limitLan}.
   */
  public ServerBuilder peersPerPlace(int perAddress, int perSubnet) {
    this.perAddress = perAddress;
    this.perSubnet = perSubnet;
    return this;
  }

  /**
   * Nodes that matter more than others, consensus members for example: admitted even when all slots
   * are taken, and never evicted. Adds to those already given; bootnodes are preferred anyway.
   */
  public ServerBuilder preferredNodes(Collection<NodeId> nodes) {
    preferred.addAll(nodes);
    return this;
  }

  /**
   * Who goes when a static, trusted or preferred node comes and all places are taken; default:
   * nobody.
   */
  public ServerBuilder eviction(Eviction eviction) {
    this.eviction = eviction;
    return this;
  }

  /**
   * Whether every few minutes, while all slots are taken, a random peer has to make room for
   * another; default: no.
   */
  public ServerBuilder rotatePeers(boolean rotate) {
    this.rotation = rotate;
    return this;
  }

  /** How bad behaviour is answered; default: {@link ReputationOptions#DEFAULT}. */
  public ServerBuilder reputation(ReputationOptions options) {
    this.reputation = options;
    return this;
  }

  /**
   * An existing folder where bans, the lists edited while running, and reputations are kept;
   * default: they are forgotten at the end.
   */
  public ServerBuilder stateFolder(Path folder) {
    this.stateFolder = Optional.of(folder);
    return this;
  }

  /**
   * Whose members alone are admitted, dialed or accepted, trusted and static nodes included; and
   * what this node shows of itself. Default: everyone, nothing. The files are read at the start,
   * and again when they change.
   */
  public ServerBuilder membership(MembershipFiles files) {
    this.membership = files;
    return this;
  }

  /** How patiently nodes are dialed and redialed; default: {@link DialOptions#DEFAULT}. */
  public ServerBuilder dialing(DialOptions dialing) {
    this.dialing = dialing;
    return this;
  }

  /** Which of the nodes that discovery finds are not worth a dial; default: all are. */
  public ServerBuilder dialFilter(DialFilter filter) {
    this.dialFilter = filter;
    return this;
  }

  /**
   * Starts the server and waits until it listens. Not to be called on an event loop.
   *
   * @throws ServerStartException when it can't start, e.g. because the port is taken
   * @throws IllegalArgumentException when the options contradict each other
   */
  public Server start() {
    return ServerStart.start(options());
  }

  /**
   * Starts the server on loops and a network of the caller's own, whose time {@link #clock} should
   * be. Does not wait. For simulations: protocols must leave threads alone then, too.
   *
   * @return fails with {@link ServerStartException} when it can't start
   * @throws IllegalArgumentException when the options contradict each other
   */
  public CompletionStage<Server> start(Platform platform) {
    return ServerStart.start(options(), platform);
  }

  ServerOptions options() {
    return new ServerOptions(
        signer == null ? NodeKey.generate() : signer,
        bind,
        advertised.or(nat::externalAddress),
        port,
        listen,
        new DiscoveryPlan(
            discovery,
            discoveryPort,
            fallbackAddress,
            bootnodes,
            nodeDatabase,
            dnsLists,
            lanAddress,
            limitLan),
        staticNodes,
        trustedNodes,
        maxPeers,
        dialedShare,
        protocols,
        clientName,
        metrics == null ? new SimpleMeterRegistry() : metrics,
        clock,
        random == null ? new SecureRandom() : random,
        new AdmissionOptions(
            netRestrict,
            denied,
            allowed,
            allowListOnly,
            perAddress,
            perSubnet,
            preferred(),
            eviction,
            rotation),
        reputation,
        stateFolder,
        membership,
        dialing,
        dialFilter,
        nat);
  }

  /** Bootnodes are needed by everyone, so they are preferred, too. */
  private Set<NodeId> preferred() {
    Set<NodeId> all = new HashSet<>(preferred);
    bootnodes.forEach(node -> all.add(node.id()));
    return all;
  }

  private static int checkPort(int port) {
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException("ports are 0 to 65535, not " + port);
    }
    return port;
  }
}
