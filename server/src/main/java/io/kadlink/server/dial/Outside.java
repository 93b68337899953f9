package io.kadlink.server.dial;

import io.kadlink.discovery.Node;
import io.kadlink.identity.NodeId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** What the dial scheduler sees of the server, and its way to act on it. All on one loop. */
public interface Outside {

  void assertInLoop();

  Instant now();

  /** Calls {@link DialScheduler#tick()} after {@code delay}; replaces an earlier request. */
  void wakeAfter(Duration delay);

  /** Why this node can't be dialed right now: it is us, a peer, or on its way to be one. */
  Optional<String> occupied(NodeId id);

  /**
   * Why this node may not be a peer: denied, banned, not allowed, or outside the permitted
   * networks.
   *
   * @param named whether the operator named it
   */
  Optional<String> barred(DialTarget target, boolean named);

  /** Why this node, found by discovery, is not worth a dial. */
  Optional<String> objection(Node node);

  /** Whether there is a way to this node although it can't be dialed. */
  boolean detourOffered(Node node);

  /** Whether there is a detour at all. */
  boolean detourPossible();

  /** Sessions that take a dial slot. */
  int dialedPeers();

  /** Dials; tells {@link DialScheduler#settled} in a later turn of the loop how it went. */
  void dial(DialTarget target, DialKind kind);

  /** Asks discovery where a node is; {@link DialScheduler#resolved} tells in a later turn. */
  void resolve(DialTarget target);

  /** Asks discovery for nodes; {@link DialScheduler#found} tells them in a later turn. */
  void pull(int max);
}
