package io.kadlink.discovery;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.store.NodeDatabase;
import io.kadlink.discovery.store.StoredNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Nodes of earlier runs, drawn once from the node database: the fastest candidates a dialer can
 * have, since nobody has to be asked first. After them it has no more.
 */
final class StoredNodes implements NodeSource {
  private final Loop loop;
  private final NodeDatabase database;
  private final RandomGenerator random;
  private final Deque<Node> nodes = new ArrayDeque<>();
  private boolean drawn;
  private boolean closed;
  private @Nullable Runnable waiting;

  StoredNodes(Loop loop, NodeDatabase database, RandomGenerator random) {
    this.loop = loop;
    this.database = database;
    this.random = random;
  }

  @Override
  public CompletionStage<List<Node>> pull(int max) {
    CompletableFuture<List<Node>> answer = new CompletableFuture<>();
    loop.execute(
        () -> {
          waiting = () -> answer.complete(take(max));
          if (!drawn) {
            drawn = true;
            database.seeds(Overlay.SEEDS, random, this::drawn);
          }
          serve();
        });
    return answer;
  }

  @Override
  public void close() {
    loop.execute(
        () -> {
          closed = true;
          nodes.clear();
          serve();
        });
  }

  private void drawn(List<StoredNode> stored) {
    if (!closed) {
      stored.forEach(node -> nodes.add(DiscoveryService.node(node.contact())));
      serve();
    }
  }

  private void serve() {
    Runnable pull = waiting;
    if (pull != null && (closed || !nodes.isEmpty())) {
      waiting = null;
      pull.run();
    }
  }

  private List<Node> take(int max) {
    List<Node> taken = new ArrayList<>();
    while (taken.size() < max && !nodes.isEmpty()) {
      taken.add(nodes.remove());
    }
    return taken;
  }
}
