package io.kadlink.protocols.eth;

import com.google.common.net.InetAddresses;
import io.kadlink.protocols.eth.wire.EthVersion;
import io.kadlink.server.Protocol;
import io.kadlink.server.testing.MemoryNetwork;
import io.kadlink.server.testing.MemoryNode;
import io.micrometer.core.instrument.Counter;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.UnaryOperator;

/** A node of a network in memory that speaks eth on a {@link FakeChain}. */
public final class EthNode {
  private final MemoryNetwork network;
  private final FakeChain chain;
  private final Eth eth;
  private final MemoryNode node;

  public EthNode(MemoryNetwork network, FakeChain chain) {
    this(network, chain, EthOptions.DEFAULT);
  }

  public EthNode(MemoryNetwork network, FakeChain chain, EthOptions options) {
    this(network, chain, options, List.of(EthVersion.values()));
  }

  public EthNode(
      MemoryNetwork network, FakeChain chain, EthOptions options, List<EthVersion> versions) {
    this.network = network;
    this.chain = chain;
    this.eth = new Eth(chain, options);
    this.node =
        network.node(
            eth.protocols().stream()
                .filter(one -> versions.stream().anyMatch(v -> v.number() == one.version()))
                .toArray(Protocol[]::new));
  }

  public FakeChain chain() {
    return chain;
  }

  public Eth eth() {
    return eth;
  }

  public MemoryNode node() {
    return node;
  }

  public Protocol protocol(EthVersion version) {
    return eth.protocols().stream()
        .filter(one -> one.version() == version.number())
        .findFirst()
        .orElseThrow();
  }

  /** A session with {@code other}, dialed by this node. */
  public EthNode dials(EthNode other) {
    network.link(node, other.node);
    return this;
  }

  /** A peer with nobody behind it, played by the test. */
  public PlayedPeer meets(EthVersion version) {
    return new PlayedPeer(this, version, UnaryOperator.identity());
  }

  /** One that says to be this software. */
  public PlayedPeer meetsClient(EthVersion version, String clientName) {
    return new PlayedPeer(this, version, session -> session.withClientName(clientName));
  }

  /** One at this address. */
  public PlayedPeer meets(EthVersion version, String address) {
    return new PlayedPeer(
        this,
        version,
        session ->
            session.withAddress(new InetSocketAddress(InetAddresses.forString(address), 30303)));
  }

  /** What the gauge {@code name} shows. */
  public double shown(String name) {
    return node.metrics().get(name).gauge().value();
  }

  /** What {@code name} with these tag keys and values has counted. */
  public double counted(String name, String... tags) {
    return node.metrics().find(name).tags(tags).counters().stream()
        .mapToDouble(Counter::count)
        .sum();
  }
}
