package io.kadlink.discovery.dns;

import io.kadlink.discovery.Node;
import io.kadlink.discovery.NodeSource;
import io.kadlink.discovery.Pulls;
import io.kadlink.discovery.loop.Loop;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeRecord;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Nodes from DNS lists (EIP-1459), for a dialer. Only a waiting pull makes it ask; then each tree
 * looks at one entry at a time, and nodes are taken from the trees in turn, so a large list does
 * not drown a small one. Links to other lists are followed, up to {@value #MAX_TREES} lists and
 * {@value #MAX_HOPS} hops from those it was given; lists no longer linked are left.
 *
 * <p>Endless: a list walked to its end is walked again from its cache. A node is not handed out
 * twice within half a minute, unless its record changed.
 *
 * <p>{@link #pull}, {@link #trees} and {@link #close} may be called from any thread.
 */
public final class DnsNodes implements NodeSource {
  /** Lists walked, those given included. */
  public static final int MAX_TREES = 32;

  /** Links followed from one list to the next. */
  public static final int MAX_HOPS = 4;

  /** A node handed out is not handed out again for this long. */
  static final Duration REPEAT_AFTER = TreeSync.REST;

  private static final int MAX_REMEMBERED = 4_096;

  private record HandedOut(long atNanos, long seq) {}

  private final List<TreeLink> given;
  private final Loop loop;
  private final DnsOptions options;
  private final RandomGenerator random;
  private final Queries queries;
  private final Map<TreeLink, TreeSync> trees = new LinkedHashMap<>();
  private final Map<NodeId, HandedOut> handedOut =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<NodeId, HandedOut> eldest) {
          return size() > MAX_REMEMBERED;
        }
      };
  private int turn;
  private final Pulls pulls;
  private Loop.@Nullable Timer timer;
  private boolean advancing;

  /**
   * A source of the nodes in these lists and the lists they link to.
   *
   * @param given at most {@value #MAX_TREES}
   * @param random decides the order of entries; used on the loop alone
   */
  public DnsNodes(
      Collection<TreeLink> given,
      TxtResolver resolver,
      Loop loop,
      DnsOptions options,
      RandomGenerator random,
      MeterRegistry registry) {
    if (given.size() > MAX_TREES) {
      throw new IllegalArgumentException("at most " + MAX_TREES + " lists, not " + given.size());
    }
    this.given = List.copyOf(given);
    this.loop = loop;
    this.pulls = new Pulls(loop, this::wanted);
    this.options = options;
    this.random = random;
    this.queries = new Queries(resolver, loop, options, registry);
  }

  @Override
  public CompletionStage<List<Node>> pull(int max) {
    return pulls.pull(max);
  }

  /** How each list is doing. */
  public CompletionStage<List<TreeStatus>> trees() {
    CompletableFuture<List<TreeStatus>> answer = new CompletableFuture<>();
    loop.execute(() -> answer.complete(trees.values().stream().map(TreeSync::status).toList()));
    return answer;
  }

  @Override
  public void close() {
    loop.execute(
        () -> {
          queries.close();
          if (timer != null) {
            timer.cancel();
          }
          pulls.end();
        });
  }

  private void wanted() {
    if (trees.isEmpty()) {
      follow();
    }
    advance();
  }

  /** Serves the waiting pull, or sees to it that something happens. */
  private void advance() {
    if (advancing) {
      return;
    }
    advancing = true;
    serve();
    if (pulls.wanted() > 0) {
      Duration soonest = null;
      for (TreeSync tree : List.copyOf(trees.values())) {
        Duration wait = tree.untilReady();
        if (wait == null) {
          continue;
        }
        if (wait.isNegative() || wait.isZero()) {
          tree.step(() -> stepped(tree));
        } else if (soonest == null || wait.compareTo(soonest) < 0) {
          soonest = wait;
        }
      }
      wakeAfter(soonest);
    }
    advancing = false;
  }

  private void wakeAfter(@Nullable Duration wait) {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
    if (wait != null) {
      timer =
          loop.schedule(
              wait,
              () -> {
                timer = null;
                advance();
              });
    }
  }

  private void stepped(TreeSync tree) {
    if (pulls.hasEnded()) {
      return;
    }
    if (!tree.linked().isEmpty() || trees.size() > given.size()) {
      follow();
    }
    advance();
  }

  /** Walks the links from the given lists; begins with new lists, leaves those out of reach. */
  private void follow() {
    Map<TreeLink, Integer> hops = new LinkedHashMap<>();
    Deque<TreeLink> next = new ArrayDeque<>();
    for (TreeLink link : given) {
      if (hops.putIfAbsent(link, 0) == null) {
        next.add(link);
      }
    }
    while (!next.isEmpty()) {
      TreeLink from = next.removeFirst();
      int distance = hops.getOrDefault(from, 0) + 1;
      TreeSync tree =
          trees.computeIfAbsent(from, link -> new TreeSync(link, queries, loop, options, random));
      for (TreeLink to : tree.linked()) {
        if (hops.containsKey(to)) {
          continue;
        }
        if (distance > MAX_HOPS || hops.size() >= MAX_TREES) {
          if (tree.complainOnce()) {
            queries.drops().count(DnsFailure.TOO_MANY_TREES, from.domain(), to.toString());
          }
          continue;
        }
        hops.put(to, distance);
        next.add(to);
      }
    }
    trees.keySet().retainAll(hops.keySet());
  }

  private void serve() {
    List<Node> nodes = new ArrayList<>();
    List<TreeSync> inTurn = List.copyOf(trees.values());
    int empty = 0;
    while (nodes.size() < pulls.wanted() && empty < inTurn.size()) {
      NodeRecord record = inTurn.get(turn++ % inTurn.size()).found().pollFirst();
      if (record == null) {
        empty++;
      } else {
        empty = 0;
        fresh(record).ifPresent(nodes::add);
      }
    }
    turn = inTurn.isEmpty() ? 0 : turn % inTurn.size();
    pulls.serve(nodes);
  }

  /** The node, unless it was handed out lately or can't be anywhere. */
  private Optional<Node> fresh(NodeRecord record) {
    HandedOut last = handedOut.get(record.id());
    long now = loop.nanoTime();
    if (last != null
        && now - last.atNanos() < REPEAT_AFTER.toNanos()
        && Long.compareUnsigned(record.seq(), last.seq()) <= 0) {
      return Optional.empty();
    }
    Optional<Node> node = Node.of(record);
    if (node.isEmpty()) {
      queries.drops().count(DnsFailure.NO_ADDRESS, record.id().shortForm(), "no usable address");
      return node;
    }
    handedOut.remove(record.id()); // to the end
    handedOut.put(record.id(), new HandedOut(now, record.seq()));
    return node;
  }
}
