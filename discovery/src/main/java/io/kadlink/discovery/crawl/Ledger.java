package io.kadlink.discovery.crawl;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeRecord;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Enters into the node set what a crawl finds out. A node that answers by several versions of the
 * protocol earns one point; one that was in the set loses half of its score once it was silent by
 * all of them, and leaves when nothing is left. That is decided at the end, because a silent node
 * may still be met at another address.
 */
final class Ledger {
  private final Loop loop;
  private final NodeSet set;
  private final int versions;
  private final Duration recheckAfter;
  private final Instant start;
  private final Map<NodeId, Integer> silent = new LinkedHashMap<>();
  private long added;
  private long updated;
  private long removed;
  private long dropped;

  /**
   * A ledger of a crawl that starts now.
   *
   * @param versions how many versions of the protocol the crawl speaks
   */
  Ledger(Loop loop, NodeSet set, int versions, Duration recheckAfter) {
    this.loop = loop;
    this.set = set;
    this.versions = versions;
    this.recheckAfter = recheckAfter;
    this.start = loop.now().truncatedTo(ChronoUnit.SECONDS);
  }

  /** Whether the node was checked so shortly before the crawl that it need not be checked again. */
  boolean isRecent(NodeId id) {
    return set.get(id)
        .map(CrawledNode::lastCheck)
        .filter(last -> last.isBefore(start))
        .filter(last -> last.isAfter(start.minus(recheckAfter)))
        .isPresent();
  }

  /** The node of this record answered. */
  void answered(NodeRecord record) {
    CrawledNode known =
        set.get(record.id()).orElseGet(() -> CrawledNode.unchecked(record)).with(record);
    boolean first = known.firstResponse().equals(CrawledNode.NEVER);
    boolean again = !first && !known.lastResponse().isBefore(start);
    if (!set.put(again ? known : known.answered(loop.now()))) {
      dropped++;
    } else if (first) {
      added++;
    } else if (!again) {
      updated++;
    }
  }

  /** The node did not answer by one version of the protocol. */
  void silent(NodeId id) {
    if (set.get(id).filter(node -> node.score() > 0).isPresent()) {
      silent.merge(id, 1, Integer::sum);
    }
  }

  /** The node is met at another address: what was silent is forgotten. */
  void metElsewhere(NodeId id) {
    silent.computeIfPresent(id, (same, times) -> times > 1 ? times - 1 : null);
  }

  /** Those who missed their check get their due. */
  void settle() {
    silent.forEach(
        (id, times) ->
            set.get(id)
                .filter(node -> times >= versions && node.lastResponse().isBefore(start))
                .map(node -> node.missed(loop.now()))
                .ifPresent(this::keepOrRemove));
    silent.clear();
  }

  private void keepOrRemove(CrawledNode node) {
    if (node.score() > 0) {
      set.put(node);
    } else {
      set.remove(node.id());
      removed++;
    }
  }

  long added() {
    return added;
  }

  long updated() {
    return updated;
  }

  long removed() {
    return removed;
  }

  long dropped() {
    return dropped;
  }
}
