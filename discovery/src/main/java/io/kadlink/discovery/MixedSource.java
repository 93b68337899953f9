package io.kadlink.discovery;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeRecord;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Several sources as one. They take turns, node by node, so that a fast source can't crowd out a
 * slow one, and nobody waits for one that has nothing. A node that two sources know comes once.
 */
final class MixedSource implements NodeSource {
  /** A node is not handed out again for this long, unless with a newer record. */
  static final Duration REPEAT_AFTER = NodeStream.REPEAT_AFTER;

  /** Nodes taken from a source at a time, and kept of it at most. */
  static final int MAX_READY = 8;

  /** Nodes remembered as handed out. */
  private static final int MAX_REMEMBERED = 4_096;

  private record HandedOut(long nanos, long seq) {}

  private static final class Feed {
    final NodeSource source;
    final Deque<Node> ready = new ArrayDeque<>();
    boolean pulling;

    Feed(NodeSource source) {
      this.source = source;
    }
  }

  private final Loop loop;

  /** Whose turn it is comes first. */
  private final Deque<Feed> feeds = new ArrayDeque<>();

  private final Map<NodeId, HandedOut> handedOut = new HashMap<>();
  private final Consumer<NodeSource> ended;
  private final Pulls pulls;

  /**
   * A mix that owns its sources.
   *
   * @param ended told on the loop, once it was closed or all sources have ended
   */
  MixedSource(Loop loop, List<NodeSource> sources, Consumer<NodeSource> ended) {
    this.loop = loop;
    this.ended = ended;
    this.pulls = new Pulls(loop, this::wanted);
    sources.forEach(source -> feeds.add(new Feed(source)));
  }

  @Override
  public CompletionStage<List<Node>> pull(int max) {
    return pulls.pull(max);
  }

  @Override
  public void close() {
    loop.execute(
        () -> {
          feeds.forEach(feed -> feed.source.close());
          feeds.clear();
          end();
        });
  }

  private void wanted() {
    for (Feed feed : List.copyOf(feeds)) {
      if (!feed.pulling && feed.ready.isEmpty()) {
        feed.pulling = true;
        feed.source
            .pull(MAX_READY)
            .whenComplete((nodes, failure) -> loop.execute(() -> came(feed, nodes)));
      }
    }
    serve();
  }

  /** Nothing, or a failure, means that the source has ended. */
  private void came(Feed feed, @Nullable List<Node> nodes) {
    feed.pulling = false;
    if (nodes == null || nodes.isEmpty()) {
      feeds.remove(feed);
      feed.source.close();
    } else {
      nodes.stream().filter(this::isNew).limit(MAX_READY).forEach(feed.ready::add);
    }
    if (pulls.wanted() > 0) {
      wanted(); // a source whose nodes were all known has to try again
    }
  }

  private void serve() {
    List<Node> nodes = new ArrayList<>();
    int idle = 0;
    while (nodes.size() < pulls.wanted() && idle < feeds.size()) {
      Feed feed = feeds.remove();
      feeds.add(feed);
      Node node = feed.ready.poll();
      idle = node == null ? idle + 1 : 0;
      if (node != null && isNew(node)) {
        handedOut.put(node.id(), new HandedOut(loop.nanoTime(), seq(node)));
        nodes.add(node);
      }
    }
    forgetOld();
    pulls.serve(nodes);
    if (feeds.isEmpty()) {
      end();
    }
  }

  private void end() {
    pulls.end();
    ended.accept(this);
  }

  private boolean isNew(Node node) {
    HandedOut last = handedOut.get(node.id());
    return last == null || isOld(last) || Long.compareUnsigned(seq(node), last.seq()) > 0;
  }

  private boolean isOld(HandedOut last) {
    return loop.nanoTime() - last.nanos() >= REPEAT_AFTER.toNanos();
  }

  private void forgetOld() {
    if (handedOut.size() > MAX_REMEMBERED) {
      handedOut.values().removeIf(this::isOld);
    }
  }

  private static long seq(Node node) {
    return node.record().map(NodeRecord::seq).orElse(0L);
  }
}
