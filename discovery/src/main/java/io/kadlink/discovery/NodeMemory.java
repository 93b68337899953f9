package io.kadlink.discovery;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.store.DatabaseStats;
import io.kadlink.discovery.store.NodeDatabase;
import io.kadlink.discovery.store.StoredNode;
import io.kadlink.identity.NodeId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * What is remembered of nodes beyond a restart, and how they have behaved: the node database, for
 * users of a {@link Discovery}. Thread-safe; stages complete on its event loop, so what follows
 * them must not block. After the service is closed nothing is noted, and nothing found.
 */
public final class NodeMemory {
  private final Loop loop;
  private final NodeDatabase database;

  NodeMemory(Loop loop, NodeDatabase database) {
    this.loop = loop;
    this.database = database;
  }

  /** Notes that a node was dialed. Nothing is kept of nodes that discovery never met. */
  public void dialed(NodeId id, boolean succeeded) {
    try {
      loop.execute(() -> database.dialed(id, succeeded));
    } catch (RejectedExecutionException e) {
      // the event loop was shut down: no one is interested any more
    }
  }

  /** What is known of one node. */
  public CompletionStage<Optional<StoredNode>> find(NodeId id) {
    return ask(answer -> database.find(id, answer));
  }

  /**
   * The nodes whose ids follow {@code after}, or the first ones, in the order of their ids.
   *
   * @param max at least 1; each costs the check of a signature, on the database's own thread
   */
  public CompletionStage<List<StoredNode>> page(Optional<NodeId> after, int max) {
    if (max < 1) {
      throw new IllegalArgumentException("a page has at least one node, not " + max);
    }
    return ask(answer -> database.page(after, max, answer));
  }

  /** How the database itself is doing. */
  public DatabaseStats stats() {
    return database.stats();
  }

  private <T> CompletionStage<T> ask(Consumer<Consumer<T>> question) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    try {
      loop.execute(() -> question.accept(answer::complete));
    } catch (RejectedExecutionException e) {
      answer.completeExceptionally(e); // the event loop was shut down
    }
    return answer;
  }
}
