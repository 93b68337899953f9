package io.kadlink.protocols.relay;

import io.kadlink.discovery.Node;
import io.kadlink.identity.NodeKey;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.server.testing.ManualLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes32;

/**
 * Nodes that speak relay/1 on one virtual loop, joined by links that a test can slow, fill and cut.
 * {@code scene.node("a", options)}, {@code scene.link(a, r)}, {@code scene.settle()}.
 */
final class Scene {
  static final Duration LATENCY = Duration.ofMillis(1);

  final ManualLoop loop = new ManualLoop();
  private final List<SceneNode> nodes = new ArrayList<>();

  /** A node that relays, unless {@code options} say otherwise; its key follows from its place. */
  SceneNode node(String name, RelayOptions options) {
    byte[] secret = new byte[32];
    secret[0] = 1;
    secret[31] = (byte) (nodes.size() + 1);
    SceneNode node =
        new SceneNode(
            this, name, NodeKey.of(Bytes32.wrap(secret)), address(nodes.size() + 1), options);
    nodes.add(node);
    node.protocol().start(node);
    return node;
  }

  SceneNode relay(String name) {
    return node(name, RelayOptions.listening());
  }

  SceneNode dialOnly(String name) {
    return node(name, RelayOptions.dialOnly());
  }

  /** A session that {@code dialer} made. */
  void link(SceneNode dialer, SceneNode listener) {
    link(dialer, listener, Optional.empty());
  }

  /** A session that is itself relayed. */
  void link(SceneNode dialer, SceneNode listener, Optional<SceneNode> through) {
    ScenePeer there = new ScenePeer(this, dialer, listener, false, through);
    ScenePeer back = new ScenePeer(this, listener, dialer, true, through);
    there.mirror = back;
    back.mirror = there;
    dialer.attach(there);
    listener.attach(back);
  }

  /** The session between the two breaks. */
  void cut(SceneNode a, SceneNode b) {
    a.peerOf(b).disconnect(DisconnectReason.NETWORK_ERROR);
    settle();
  }

  /** Lets what was sent arrive, and what that causes happen; no time-out of the protocol passes. */
  void settle() {
    loop.advance(Duration.ofMillis(500));
  }

  void pass(Duration time) {
    loop.advance(time);
  }

  Optional<SceneNode> dialable(InetSocketAddress endpoint) {
    return nodes.stream()
        .filter(node -> node.listens && node.endpoint().equals(endpoint))
        .findFirst();
  }

  /** A node as discovery would hand it out now: with its present record. */
  static Node discovered(SceneNode node) {
    return new Node(
        node.key.publicKey(),
        new InetSocketAddress(node.endpoint().getAddress(), node.endpoint().getPort()),
        node.listens ? node.endpoint().getPort() : 0,
        Optional.of(node.localRecord()));
  }

  private static InetSocketAddress address(int number) {
    try {
      return new InetSocketAddress(
          InetAddress.getByAddress(new byte[] {(byte) 203, 0, 113, (byte) number}), 30303);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }
}
