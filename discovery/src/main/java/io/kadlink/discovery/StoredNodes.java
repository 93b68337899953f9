package io.kadlink.discovery;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.store.NodeDatabase;
import io.kadlink.discovery.store.StoredNode;
import io.kadlink.identity.NodeId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;

/**
 * Nodes of earlier runs, drawn once from the node database: the fastest candidates a dialer can
 * have, since nobody has to be asked first. Those that were peers before come first. After them it
 * has no more.
 */
final class StoredNodes implements NodeSource {
  private final Loop loop;
  private final NodeDatabase database;
  private final RandomGenerator random;
  private final Deque<Node> nodes = new ArrayDeque<>();
  private final Set<NodeId> ids = new HashSet<>(); // only asked, never walked
  private final Pulls pulls;
  private boolean asked;
  private boolean drawn;

  StoredNodes(Loop loop, NodeDatabase database, RandomGenerator random) {
    this.loop = loop;
    this.database = database;
    this.random = random;
    this.pulls = new Pulls(loop, this::wanted);
  }

  @Override
  public CompletionStage<List<Node>> pull(int max) {
    return pulls.pull(max);
  }

  @Override
  public void close() {
    loop.execute(pulls::end);
  }

  private void wanted() {
    if (!asked) {
      asked = true;
      database.formerPeers(Overlay.SEEDS, random, peers -> drawn(peers, this::drawOthers));
    } else if (drawn) {
      serve();
    }
  }

  private void drawOthers() {
    database.seeds(
        Overlay.SEEDS,
        random,
        others ->
            drawn(
                others,
                () -> {
                  drawn = true;
                  serve();
                }));
  }

  private void drawn(List<StoredNode> stored, Runnable then) {
    for (StoredNode node : stored) {
      if (ids.add(node.contact().id())) {
        nodes.add(DiscoveryService.node(node.contact()));
      }
    }
    then.run();
  }

  private void serve() {
    List<Node> taken = new ArrayList<>();
    while (taken.size() < pulls.wanted() && !nodes.isEmpty()) {
      taken.add(nodes.remove());
    }
    pulls.serve(taken);
    if (nodes.isEmpty()) {
      pulls.end();
    }
  }
}
