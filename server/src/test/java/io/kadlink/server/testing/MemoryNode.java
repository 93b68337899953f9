package io.kadlink.server.testing;

import io.kadlink.discovery.Node;
import io.kadlink.discovery.loop.Loop;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.NodeRecord;
import io.kadlink.identity.PublicKey;
import io.kadlink.identity.Signer;
import io.kadlink.rlpx.wire.Capability;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.ProtocolViolation;
import io.kadlink.server.ByteStream;
import io.kadlink.server.Detour;
import io.kadlink.server.Peer;
import io.kadlink.server.Protocol;
import io.kadlink.server.ProtocolContext;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A node of a {@link MemoryNetwork}; to its protocols it is their {@link ProtocolContext}. */
public final class MemoryNode implements ProtocolContext {
  private final MemoryNetwork network;
  private final NodeKey key;
  private final Map<Capability, Protocol> protocols = new TreeMap<>();
  private final Map<NodeId, MemoryPeer> peers = new LinkedHashMap<>();
  private final List<ProtocolViolation> violations = new ArrayList<>();
  private final MeterRegistry metrics = new SimpleMeterRegistry();
  private final RandomGenerator random;
  private NodeRecord record;
  private @Nullable Detour detour;

  MemoryNode(MemoryNetwork network, NodeKey key, Protocol... protocols) {
    this.network = network;
    this.key = key;
    this.random = network.splitRandom();
    this.record = NodeRecord.builder().seq(1).sign(key);
    for (Protocol protocol : protocols) {
      this.protocols.put(protocol.capability(), protocol);
    }
  }

  void start() {
    protocols.values().forEach(protocol -> protocol.start(this));
  }

  /** Ends all sessions, as a server that stops does. */
  public void stop() {
    protocols.values().forEach(Protocol::stop);
    List.copyOf(peers.values()).forEach(peer -> peer.disconnect(DisconnectReason.CLIENT_QUITTING));
  }

  public NodeId id() {
    return key.id();
  }

  public NodeKey key() {
    return key;
  }

  public NodeRecord record() {
    return record;
  }

  public Collection<Peer> peers() {
    return List.copyOf(peers.values());
  }

  /** The rules that others broke here. */
  public List<ProtocolViolation> violations() {
    return violations;
  }

  /** What the protocols registered, when they did. */
  public Optional<Detour> detour() {
    return Optional.ofNullable(detour);
  }

  List<Capability> capabilities() {
    return List.copyOf(protocols.keySet());
  }

  List<Capability> sharedWith(MemoryNode other) {
    Map<String, Capability> highest = new TreeMap<>();
    for (Capability capability : protocols.keySet()) { // in order, so the highest comes last
      if (other.protocols.containsKey(capability)) {
        highest.put(capability.name(), capability);
      }
    }
    return List.copyOf(highest.values());
  }

  Protocol protocol(Capability capability) {
    return java.util.Objects.requireNonNull(protocols.get(capability));
  }

  Optional<MemoryPeer> memoryPeer(NodeId id) {
    return Optional.ofNullable(peers.get(id));
  }

  void attach(MemoryPeer peer) {
    if (peers.putIfAbsent(peer.id(), peer) != null) {
      throw new IllegalStateException("already linked: " + peer);
    }
    for (Capability capability : peer.capabilities()) {
      network.loop().execute(() -> protocol(capability).connected(peer));
    }
  }

  void detach(MemoryPeer peer, DisconnectReason reason) {
    peers.remove(peer.id(), peer);
    for (Capability capability : peer.capabilities()) {
      network.loop().execute(() -> protocol(capability).disconnected(peer, reason));
    }
  }

  void violated(ProtocolViolation violation) {
    violations.add(violation);
  }

  @Override
  public Loop loop() {
    return network.loop();
  }

  @Override
  public InstantSource clock() {
    return network.loop().clock();
  }

  @Override
  public RandomGenerator random() {
    return random;
  }

  @Override
  public MeterRegistry metrics() {
    return metrics;
  }

  @Override
  public Signer signer() {
    return key;
  }

  @Override
  public NodeRecord localRecord() {
    return record;
  }

  @Override
  public CompletionStage<NodeRecord> updateRecord(UnaryOperator<NodeRecord.Builder> change) {
    record = change.apply(record.toBuilder()).sign(key);
    return CompletableFuture.completedFuture(record);
  }

  @Override
  public Optional<Peer> peer(NodeId id) {
    return Optional.ofNullable(peers.get(id));
  }

  @Override
  public CompletionStage<Peer> connect(Node node) {
    if (!peers.containsKey(node.id())) {
      Optional<MemoryNode> remote = network.find(node.id());
      if (remote.isEmpty()) {
        return CompletableFuture.failedFuture(new IllegalStateException("no such node: " + node));
      }
      network.link(this, remote.get());
    }
    return CompletableFuture.completedFuture(peers.get(node.id()));
  }

  /** Not in memory: a session over a stream needs a real server, see {@link TestNetwork}. */
  @Override
  public CompletionStage<Peer> adopt(
      ByteStream stream, Optional<PublicKey> expected, PublicKey relay) {
    return CompletableFuture.failedFuture(
        new UnsupportedOperationException("no sessions over streams in memory; use TestNetwork"));
  }

  @Override
  public void registerDetour(Detour detour) {
    this.detour = detour;
  }
}
