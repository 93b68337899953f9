package io.kadlink.protocols.relay;

import io.kadlink.discovery.Node;
import io.kadlink.discovery.loop.Loop;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.NodeRecord;
import io.kadlink.identity.PublicKey;
import io.kadlink.identity.Signer;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.server.ByteStream;
import io.kadlink.server.Detour;
import io.kadlink.server.Peer;
import io.kadlink.server.Protocol;
import io.kadlink.server.ProtocolContext;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A node of a {@link Scene}: the server's part is played here, with one protocol. */
final class SceneNode implements ProtocolContext {
  final String name;
  final NodeKey key;
  final List<String> violations = new ArrayList<>();
  final SimpleMeterRegistry metrics = new SimpleMeterRegistry();

  /** Streams the protocol handed over, in order. */
  final List<SceneStream> streams = new ArrayList<>();

  /** Whether {@link #connect} reaches it. */
  boolean listens = true;

  boolean speaksRelay = true;

  /** When set, sessions over streams are refused with it. */
  @Nullable String refusesSessions;

  /** When set, its own protocol hears nothing: the test speaks for it. */
  boolean scripted;

  /** Records signed so far. */
  int recordUpdates;

  private final Scene scene;
  private final InetSocketAddress endpoint;
  private final Relay relay;
  private final Map<NodeId, Peer> peers = new LinkedHashMap<>();
  private final RandomGenerator random = new SplittableRandom(1);
  private NodeRecord record;
  private @Nullable Detour detour;

  SceneNode(
      Scene scene, String name, NodeKey key, InetSocketAddress endpoint, RelayOptions options) {
    this.scene = scene;
    this.name = name;
    this.key = key;
    this.endpoint = endpoint;
    this.relay = Relay.of(options);
    this.record =
        NodeRecord.builder().seq(1).endpoint(endpoint.getAddress(), 30303, 30303).sign(key);
  }

  Relay relay() {
    return relay;
  }

  Protocol protocol() {
    return relay.protocol();
  }

  InetSocketAddress endpoint() {
    return endpoint;
  }

  Detour detour() {
    if (detour == null) {
      throw new AssertionError("no detour is registered");
    }
    return detour;
  }

  /** The link to {@code other}. */
  ScenePeer peerOf(SceneNode other) {
    return (ScenePeer) java.util.Objects.requireNonNull(peers.get(other.key.id()), other.name);
  }

  List<Circuit> circuits() {
    CompletableFuture<List<Circuit>> circuits = relay.circuits().toCompletableFuture();
    scene.loop.runDue();
    return circuits.join();
  }

  double counted(String meter, String... tags) {
    Counter counter = metrics.find(meter).tags(tags).counter();
    return counter == null ? 0 : counter.count();
  }

  void attach(ScenePeer peer) {
    peers.put(peer.id(), peer);
    if (peer.capabilities().contains(protocol().capability())) {
      scene.loop.execute(() -> protocol().connected(peer));
    }
  }

  void detach(ScenePeer peer, DisconnectReason reason) {
    peers.remove(peer.id(), peer);
    if (peer.capabilities().contains(protocol().capability())) {
      scene.loop.execute(() -> protocol().disconnected(peer, reason));
    }
  }

  /** Whether it is dialing that node over a stream, and its dial is the one to keep. */
  boolean prefersItsOwnDial(PublicKey other) {
    return streams.stream().anyMatch(stream -> stream.dials(other))
        && key.publicKey().toString().compareTo(other.toString()) < 0;
  }

  void sessionUp(NodeId id, Peer peer) {
    peers.put(id, peer);
  }

  void sessionOver(NodeId id, Peer peer) {
    peers.remove(id, peer);
  }

  @Override
  public Loop loop() {
    return scene.loop;
  }

  @Override
  public InstantSource clock() {
    return scene.loop.clock();
  }

  @Override
  public RandomGenerator random() {
    return random;
  }

  @Override
  public SimpleMeterRegistry metrics() {
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
    try {
      record = change.apply(record.toBuilder()).sign(key);
      recordUpdates++;
      return CompletableFuture.completedFuture(record);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** Puts an entry of that many bytes into the record, so that less room is left. */
  void fillRecord(int bytes) {
    record =
        record.toBuilder()
            .entry(
                "z",
                org.apache.tuweni.rlp.RLP.encodeValue(
                    org.apache.tuweni.bytes.Bytes.repeat((byte) 0xff, bytes)))
            .sign(key);
  }

  @Override
  public Optional<Peer> peer(NodeId id) {
    return Optional.ofNullable(peers.get(id));
  }

  @Override
  public CompletionStage<Peer> connect(Node node) {
    Optional<SceneNode> remote = scene.dialable(node.tcp().orElseThrow());
    CompletableFuture<Peer> result = new CompletableFuture<>();
    scene.loop.schedule(
        Scene.LATENCY,
        () -> {
          if (remote.isEmpty() || !remote.get().key.id().equals(node.id())) {
            result.completeExceptionally(new IllegalStateException("connection refused"));
          } else {
            scene.link(this, remote.get());
            result.complete(peers.get(node.id()));
          }
        });
    return result;
  }

  @Override
  public CompletionStage<Peer> adopt(
      ByteStream stream, Optional<PublicKey> expected, PublicKey through) {
    SceneStream session = new SceneStream(this, stream, expected, through);
    streams.add(session);
    session.begin();
    return session.peer;
  }

  @Override
  public void registerDetour(Detour registered) {
    detour = registered;
  }

  @Override
  public String toString() {
    return name;
  }
}
