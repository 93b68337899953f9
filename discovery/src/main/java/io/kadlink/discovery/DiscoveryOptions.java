package io.kadlink.discovery;

import io.kadlink.discovery.table.AddressRules;
import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeRecord;
import io.kadlink.identity.Signer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * What a {@link DiscoveryService} needs.
 *
 * @param signer this node's key
 * @param eventLoop the loop that will own all state; may serve other things too
 * @param bindAddress where to receive; port 0 takes a free one
 * @param versions the protocols that share the UDP port, at least one
 * @param advertisedAddress the IP address to tell others, whatever those say; when absent, it
 *     starts as the bound or the fallback address, and follows what most of them say
 * @param fallbackAddress told while nothing better is known and the bound address is a wildcard;
 *     without it the record names no endpoint then
 * @param advertisedUdpPort the UDP port to tell others; 0 means the bound one
 * @param tcpPort the RLPx port to tell others; 0 means that this node can't be dialed
 * @param bootnodes nodes to start from; host names are resolved at the start
 * @param clock the wall clock
 * @param random random numbers; whoever can foresee them can foresee liveness checks and targets
 * @param meterRegistry where counters go
 * @param refreshPeriod the longest time between two rounds of lookups
 * @param addresses which addresses to have to do with
 */
public record DiscoveryOptions(
    Signer signer,
    EventLoop eventLoop,
    InetSocketAddress bindAddress,
    Set<DiscoveryVersion> versions,
    Optional<InetAddress> advertisedAddress,
    Optional<InetAddress> fallbackAddress,
    int advertisedUdpPort,
    int tcpPort,
    List<Enode> bootnodes,
    InstantSource clock,
    RandomGenerator random,
    MeterRegistry meterRegistry,
    Duration refreshPeriod,
    AddressRules addresses) {

  public DiscoveryOptions {
    versions = Set.copyOf(versions);
    bootnodes = List.copyOf(bootnodes);
  }

  /** Options for a node with this key on this loop: loopback, a free port, not to be dialed. */
  public static Builder builder(Signer signer, EventLoop eventLoop) {
    return new Builder(signer, eventLoop);
  }

  /** Collects options; each has the default named at its method. */
  public static final class Builder {
    private final Signer signer;
    private final EventLoop eventLoop;
    private InetSocketAddress bindAddress =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private Optional<InetAddress> advertisedAddress = Optional.empty();
    private Optional<InetAddress> fallbackAddress = Optional.empty();
    private int advertisedUdpPort;
    private int tcpPort;
    private final List<Enode> bootnodes = new ArrayList<>();
    private InstantSource clock = InstantSource.system();
    private RandomGenerator random = new SecureRandom();
    private MeterRegistry meterRegistry = new SimpleMeterRegistry();
    private Duration refreshPeriod = DiscoverySettings.DEFAULT_REFRESH_PERIOD;
    private AddressRules addresses = AddressRules.defaults();
    private Set<DiscoveryVersion> versions = EnumSet.allOf(DiscoveryVersion.class);

    private Builder(Signer signer, EventLoop eventLoop) {
      this.signer = signer;
      this.eventLoop = eventLoop;
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

    /** Default: the bound address, until others agree on another one. */
    public Builder advertisedAddress(InetAddress address) {
      this.advertisedAddress = Optional.of(address);
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
      return new DiscoveryOptions(
          signer,
          eventLoop,
          bindAddress,
          versions,
          advertisedAddress,
          fallbackAddress,
          advertisedUdpPort,
          tcpPort,
          bootnodes,
          clock,
          random,
          meterRegistry,
          refreshPeriod,
          addresses);
    }
  }
}
