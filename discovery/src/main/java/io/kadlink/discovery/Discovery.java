package io.kadlink.discovery;

import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeRecord;
import io.kadlink.identity.PublicKey;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;

/** Finds nodes over UDP and answers those who look for us. Thread-safe. */
public interface Discovery extends AutoCloseable {

  /** The address the socket is bound to. */
  InetSocketAddress localAddress();

  /** This node's current record. */
  NodeRecord localRecord();

  /** Changes this node's record; {@code seq} rises by one when the content differs. */
  CompletionStage<NodeRecord> updateRecord(UnaryOperator<NodeRecord.Builder> change);

  /** Nodes for a dialer: tables and lookups of random targets, by all protocol versions. */
  default NodeSource nodes() {
    return nodes(List.of());
  }

  /**
   * Nodes for a dialer: tables and lookups of random targets by all protocol versions, and other
   * sources, which take turns with them. The stream owns those and closes them when it is closed.
   */
  NodeSource nodes(List<NodeSource> others);

  /** An iterative lookup, by all protocol versions together. */
  CompletionStage<LookupReport> lookup(PublicKey target);

  /** Finds one node by key, with its record when it serves one. */
  CompletionStage<Optional<Node>> resolve(PublicKey key);

  /**
   * Asks a node for its record (EIP-868), after an endpoint proof where it is needed; fails with
   * {@link java.util.concurrent.TimeoutException} when it does not answer.
   */
  CompletionStage<NodeRecord> requestRecord(Node node);

  /** Pings a node: the round trip, or {@link java.util.concurrent.TimeoutException}. */
  CompletionStage<Duration> ping(Enode node);

  /** The nodes in the tables that are proven alive, nearest buckets first. */
  CompletionStage<List<Node>> table();

  /** Distinct nodes seen alive (answered from their endpoint) since the start. */
  int distinctNodesSeen();

  /** Whether a table has a proven node of this id. */
  CompletionStage<Boolean> knows(NodeId id);

  @Override
  void close();
}
