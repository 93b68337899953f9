package io.kadlink.server.testing;

import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeKey;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.server.Protocol;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Nodes with protocols, joined by links that only take time: no sockets, no encryption, one thread,
 * one {@link ManualLoop}. The same seed and the same calls give the same run.
 *
 * <pre>{@code
 * MemoryNetwork network = new MemoryNetwork(1);
 * MemoryNode a = network.node(new Echo());
 * MemoryNode b = network.node(new Echo());
 * network.link(a, b);
 * network.loop().advance(Duration.ofSeconds(1));
 * }</pre>
 */
public final class MemoryNetwork {
  private final ManualLoop loop = new ManualLoop();
  private final SplittableRandom random;
  private final Map<NodeId, MemoryNode> nodes = new LinkedHashMap<>();
  private Duration latency = Duration.ofMillis(10);

  public MemoryNetwork(long seed) {
    this.random = new SplittableRandom(seed);
  }

  public ManualLoop loop() {
    return loop;
  }

  /** How long a message travels from now on. Order on a link is kept. */
  public void setLatency(Duration latency) {
    this.latency = latency;
  }

  Duration latency() {
    return latency;
  }

  RandomGenerator splitRandom() {
    return random.split();
  }

  /** A started node with a key that follows from the seed. */
  public MemoryNode node(Protocol... protocols) {
    byte[] secret = new byte[32];
    random.nextBytes(secret);
    secret[0] = 1; // below the curve's order, above zero
    return node(NodeKey.of(org.apache.tuweni.bytes.Bytes32.wrap(secret)), protocols);
  }

  /** A started node with this key. */
  public MemoryNode node(NodeKey key, Protocol... protocols) {
    MemoryNode node = new MemoryNode(this, key, protocols);
    nodes.put(node.id(), node);
    node.start();
    return node;
  }

  Optional<MemoryNode> find(NodeId id) {
    return Optional.ofNullable(nodes.get(id));
  }

  /** A session between the two; {@code dialer}'s end is the outbound one. */
  public void link(MemoryNode dialer, MemoryNode listener) {
    MemoryPeer there = new MemoryPeer(this, dialer, listener, false);
    MemoryPeer back = new MemoryPeer(this, listener, dialer, true);
    if (there.capabilities().isEmpty()) {
      throw new IllegalArgumentException("the two nodes share no protocol");
    }
    there.mirror(back);
    back.mirror(there);
    dialer.attach(there);
    listener.attach(back);
  }

  /** Ends the session between the two, as if {@code a} had said goodbye. */
  public void unlink(MemoryNode a, MemoryNode b, DisconnectReason reason) {
    a.memoryPeer(b.id()).orElseThrow().disconnect(reason);
  }

  void later(Runnable task) {
    loop.schedule(latency, task);
  }
}
