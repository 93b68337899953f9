package io.kadlink.discovery;

import io.kadlink.discovery.table.TableRow;
import io.kadlink.discovery.v5.DiscoveryV5;
import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeRecord;
import io.kadlink.identity.PublicKey;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.apache.tuweni.bytes.Bytes;

/** Finds nodes over UDP and answers those who look for us. Thread-safe. */
public interface Discovery extends AutoCloseable {

  /** The address the socket is bound to. */
  InetSocketAddress localAddress();

  /** This node's current record. */
  NodeRecord localRecord();

  /** Changes this node's record; {@code seq} rises by one when the content differs. */
  CompletionStage<NodeRecord> updateRecord(UnaryOperator<NodeRecord.Builder> change);

  /**
   * Puts an endpoint into this node's record that is known better than from what others say, which
   * counts no more in its address family: not at all when the UDP port is known, for that alone
   * when it is not. Replaces the one given before for the family; an address that was fixed by the
   * options stays.
   */
  CompletionStage<NodeRecord> pinEndpoint(KnownEndpoint endpoint);

  /**
   * Takes back what {@link #pinEndpoint} said of this address: the record has this node's own ports
   * again, and what others say counts. The address stays until they agree on another one.
   */
  CompletionStage<NodeRecord> unpinEndpoint(InetAddress address);

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

  /**
   * Sends a discv5 talk request: a datagram of an application's own, answered by another.
   *
   * @param protocol the application protocol's name, a byte a character
   * @param request with the name at most {@link DiscoveryV5#MAX_TALK_BYTES}
   * @return the response, empty bytes when the node does not know the protocol; fails with {@link
   *     java.util.concurrent.TimeoutException} when it does not answer, with {@link
   *     IllegalArgumentException} when the request is too large, with {@link
   *     UnsupportedOperationException} when this node does not speak discv5
   */
  CompletionStage<Bytes> talk(Node node, String protocol, Bytes request);

  /**
   * Answers discv5 talk requests of one application protocol, in place of the handler before.
   *
   * @param handler called on the event loop with the node that asks, whose identity and endpoint
   *     are proven, and its request; whoever asks waits about half a second. Instead of a response
   *     of more than {@link DiscoveryV5#MAX_TALK_BYTES} bytes, or a failure, empty bytes are sent
   * @return closing it, requests of the protocol get empty bytes again; fails with {@link
   *     UnsupportedOperationException} when this node does not speak discv5
   */
  CompletionStage<AutoCloseable> answerTalk(
      String protocol, BiFunction<Node, Bytes, CompletionStage<Bytes>> handler);

  /** Everything in the tables, with its liveness, for tools. */
  CompletionStage<Map<DiscoveryVersion, List<TableRow>>> tableSnapshot();

  /**
   * Tells of every change in the tables from now on, until what is returned is closed.
   *
   * @param listener called on the event loop: must not block
   */
  AutoCloseable watchTables(Consumer<TableEvent> listener);

  /** The nodes in the tables that are proven alive, nearest buckets first. */
  CompletionStage<List<Node>> table();

  /** Distinct nodes seen alive (answered from their endpoint) since the start. */
  int distinctNodesSeen();

  /** What is remembered of nodes; empty without a node database. */
  Optional<NodeMemory> memory();

  /** Whether a table has a proven node of this id. */
  CompletionStage<Boolean> knows(NodeId id);

  /** Stops; requests under way fail. Completes when all is written and the port is free. */
  CompletionStage<Void> stop();

  /** {@link #stop()}, and waits for it, some seconds at most; does not wait on the event loop. */
  @Override
  void close();
}
