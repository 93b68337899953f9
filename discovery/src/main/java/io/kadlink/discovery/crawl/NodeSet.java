package io.kadlink.discovery.crawl;

import io.kadlink.identity.NodeId;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Nodes by id, in the order of their ids, at most so many. Not thread-safe: during a crawl it
 * belongs to the crawl's loop.
 */
public final class NodeSet {
  /**
   * Nodes kept unless told otherwise: several times as many as any public network has, and about 40
   * MB.
   */
  public static final int DEFAULT_MAX_NODES = 50_000;

  private final int maxNodes;
  private final SortedMap<NodeId, CrawledNode> nodes =
      new TreeMap<>(Comparator.comparing(NodeId::bytes));

  public NodeSet() {
    this(DEFAULT_MAX_NODES);
  }

  public NodeSet(int maxNodes) {
    this.maxNodes = maxNodes;
  }

  /**
   * Puts {@code node} in the place of what is known under its id.
   *
   * @return false when there is no room for another node
   */
  public boolean put(CrawledNode node) {
    if (nodes.size() >= maxNodes && !nodes.containsKey(node.id())) {
      return false;
    }
    nodes.put(node.id(), node);
    return true;
  }

  public void remove(NodeId id) {
    nodes.remove(id);
  }

  public Optional<CrawledNode> get(NodeId id) {
    return Optional.ofNullable(nodes.get(id));
  }

  public int size() {
    return nodes.size();
  }

  /** A copy, in the order of the ids. */
  public List<CrawledNode> nodes() {
    return List.copyOf(nodes.values());
  }
}
