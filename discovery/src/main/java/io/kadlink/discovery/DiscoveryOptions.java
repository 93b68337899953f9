package io.kadlink.discovery;

import io.kadlink.discovery.dns.TreeLink;
import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.loop.NettyLoop;
import io.kadlink.discovery.table.AddressRules;
import io.kadlink.discovery.udp.NettyTransport;
import io.kadlink.discovery.udp.Sockets;
import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeRecord;
import io.kadlink.identity.Signer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/**
 * What a {@link DiscoveryService} needs.
 *
 * @param signer this node's key
 * @param loop the loop that will own all state; may serve other things too
 * @param sockets where datagrams come from and go to, on that loop
 * @param rehearses whether the first start in a process plays all questions through before there is
 *     a socket, so that nobody waits for classes to load; not where time is virtual
 * @param bindAddress where to receive; port 0 takes a free one
 * @param versions the protocols that share the UDP port, at least one
 * @param secondBindAddress an address of the other family, for both IPv4 and IPv6 where {@code
 *     bindAddress} is not a wildcard; port 0 takes the number that {@code bindAddress} got
 * @param advertisedAddresses the IP addresses to tell others, at most one of each family, whatever
 *     those say. Of a family that has none here, the address starts as the one found out in an
 *     earlier run (unless a public one is bound), the bound one, {@code lanAddress} or {@code
 *     fallbackAddress}, and follows what most of them say
 * @param fallbackAddress told while nothing better is known; without it the record names no
 *     endpoint then
 * @param advertisedUdpPort the UDP port to tell others; 0 means the bound one
 * @param tcpPort the RLPx port to tell others; 0 means that this node can't be dialed
 * @param recordEntries what to put into the record besides endpoints
 * @param bootnodes nodes to start from; host names are resolved at the start
 * @param clock the wall clock
 * @param random random numbers; whoever can foresee them can foresee liveness checks and targets
 * @param meterRegistry where counters go
 * @param refreshPeriod the longest time between two rounds of lookups
 * @param addresses which addresses to have to do with
 * @param database the file of the node database, if nodes are to be remembered
 * @param dnsLists DNS lists (EIP-1459) to take nodes for a dialer from
 * @param lanAddress an address of this machine on whose network to announce this node and to look
 *     for others by mDNS
 */
public record DiscoveryOptions(
    Signer signer,
    Loop loop,
    Sockets sockets,
    boolean rehearses,
    InetSocketAddress bindAddress,
    Optional<InetSocketAddress> secondBindAddress,
    Set<DiscoveryVersion> versions,
    List<InetAddress> advertisedAddresses,
    Optional<InetAddress> fallbackAddress,
    int advertisedUdpPort,
    int tcpPort,
    UnaryOperator<NodeRecord.Builder> recordEntries,
    List<Enode> bootnodes,
    InstantSource clock,
    RandomGenerator random,
    MeterRegistry meterRegistry,
    Duration refreshPeriod,
    AddressRules addresses,
    Optional<Path> database,
    List<TreeLink> dnsLists,
    Optional<InetAddress> lanAddress) {

  public DiscoveryOptions {
    versions = Set.copyOf(versions);
    advertisedAddresses = List.copyOf(advertisedAddresses);
    bootnodes = List.copyOf(bootnodes);
    dnsLists = List.copyOf(dnsLists);
  }

  /** Options for a node with this key on this loop: loopback, a free port, not to be dialed. */
  public static Builder builder(Signer signer, EventLoop eventLoop) {
    return new Builder(
        signer,
        chosen ->
            new Ground(
                new NettyLoop(eventLoop, chosen.clock),
                (address, handler) ->
                    NettyTransport.bind(eventLoop, address, handler, chosen.meterRegistry),
                true));
  }

  /** As above, on a network of the caller's own, whose time is the loop's. */
  public static Builder builder(Signer signer, Loop loop, Sockets sockets) {
    return new Builder(signer, chosen -> new Ground(loop, sockets, false)).clock(loop::now);
  }

  private record Ground(Loop loop, Sockets sockets, boolean rehearses) {}

  /** Collects options; each has the default named at its method. */
  public static final class Builder {
    private final Signer signer;
    private final Function<Builder, Ground> grounds;
    private InetSocketAddress bindAddress =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private Optional<InetSocketAddress> secondBindAddress = Optional.empty();
    private final List<InetAddress> advertisedAddresses = new ArrayList<>();
    private Optional<Path> database = Optional.empty();
    private final List<TreeLink> dnsLists = new ArrayList<>();
    private Optional<InetAddress> lanAddress = Optional.empty();
    private Optional<InetAddress> fallbackAddress = Optional.empty();
    private int advertisedUdpPort;
    private int tcpPort;
    private UnaryOperator<NodeRecord.Builder> recordEntries = UnaryOperator.identity();
    private final List<Enode> bootnodes = new ArrayList<>();
    private InstantSource clock = InstantSource.system();
    private RandomGenerator random = new SecureRandom();
    private MeterRegistry meterRegistry = new SimpleMeterRegistry();
    private Duration refreshPeriod = DiscoverySettings.DEFAULT_REFRESH_PERIOD;
    private AddressRules addresses = AddressRules.defaults();
    private Set<DiscoveryVersion> versions = EnumSet.allOf(DiscoveryVersion.class);

    private Builder(Signer signer, Function<Builder, Ground> grounds) {
      this.signer = signer;
      this.grounds = grounds;
    }

    /** Default: a free port on loopback. */
    public Builder bindAddress(InetSocketAddress address) {
      this.bindAddress = address;
      return this;
    }

    /** Default: both. */
    public Builder versions(Set<DiscoveryVersion> spoken) {
      this.versions = spoken;
      return this;
    }

    /** Default: none; a wildcard serves both families where the machine has both. */
    public Builder secondBindAddress(InetSocketAddress address) {
      this.secondBindAddress = Optional.of(address);
      return this;
    }

    /** Default: the bound address, until others agree on another one. Adds to those given. */
    public Builder advertisedAddress(InetAddress address) {
      advertisedAddresses.add(address);
      return this;
    }

    /** Adds a DNS list. */
    public Builder dnsList(TreeLink list) {
      dnsLists.add(list);
      return this;
    }

    /** Default: nothing is announced, nobody looked for on the local network. */
    public Builder lanAddress(InetAddress address) {
      this.lanAddress = Optional.of(address);
      return this;
    }

    /** Default: none, nothing outlives the service. */
    public Builder database(Path file) {
      this.database = Optional.of(file);
      return this;
    }

    /** Default: none. */
    public Builder fallbackAddress(InetAddress address) {
      this.fallbackAddress = Optional.of(address);
      return this;
    }

    /** Default: the bound port. */
    public Builder advertisedUdpPort(int port) {
      this.advertisedUdpPort = port;
      return this;
    }

    /** Default: 0, not to be dialed. */
    public Builder tcpPort(int port) {
      this.tcpPort = port;
      return this;
    }

    /** Default: nothing. What is known from the start does not raise the sequence number. */
    public Builder recordEntries(UnaryOperator<NodeRecord.Builder> entries) {
      this.recordEntries = entries;
      return this;
    }

    /** Adds a bootnode. */
    public Builder bootnode(Enode enode) {
      bootnodes.add(enode);
      return this;
    }

    /**
     * Adds a bootnode.
     *
     * @throws IllegalArgumentException when the record names no IP address and UDP port
     */
    public Builder bootnode(NodeRecord record) {
      if (record.udpEndpoint().isEmpty()) {
        throw new IllegalArgumentException("a bootnode's record names an IP address and UDP port");
      }
      return bootnode(record.enode().orElseThrow());
    }

    public Builder bootnodes(Iterable<Enode> enodes) {
      enodes.forEach(this::bootnode);
      return this;
    }

    /** Default: the system clock. */
    public Builder clock(InstantSource clock) {
      this.clock = clock;
      return this;
    }

    /** Default: the system's secure random source. */
    public Builder random(RandomGenerator random) {
      this.random = random;
      return this;
    }

    /** Default: a registry of its own that nobody reads. */
    public Builder meterRegistry(MeterRegistry registry) {
      this.meterRegistry = registry;
      return this;
    }

    /** Default: {@link DiscoverySettings#DEFAULT_REFRESH_PERIOD}. */
    public Builder refreshPeriod(Duration period) {
      this.refreshPeriod = period;
      return this;
    }

    /** Default: {@link AddressRules#defaults}. */
    public Builder addresses(AddressRules rules) {
      this.addresses = rules;
      return this;
    }

    public DiscoveryOptions build() {
      Ground ground = grounds.apply(this);
      return new DiscoveryOptions(
          signer,
          ground.loop(),
          ground.sockets(),
          ground.rehearses(),
          bindAddress,
          secondBindAddress,
          versions,
          advertisedAddresses,
          fallbackAddress,
          advertisedUdpPort,
          tcpPort,
          recordEntries,
          bootnodes,
          clock,
          random,
          meterRegistry,
          refreshPeriod,
          addresses,
          database,
          dnsLists,
          lanAddress);
    }
  }
}
