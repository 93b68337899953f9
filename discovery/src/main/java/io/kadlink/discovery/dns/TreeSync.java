package io.kadlink.discovery.dns;

import com.google.common.collect.Comparators;
import io.kadlink.discovery.loop.Loop;
import io.kadlink.identity.NodeRecord;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One tree being walked, an entry at a time: its root first, then its links, then its nodes over
 * and over. Confined to the loop.
 *
 * <pre>
 *   no root --root--> links --all seen--> nodes --all seen--> rest --> nodes ...
 *      ^                                    |
 *      +---- root due, or 5 entries failed -+   (a root with another subtree begins that one anew)
 * </pre>
 */
final class TreeSync {
  /** The largest public lists have some thousand nodes. */
  static final int MAX_NODE_ENTRIES = 32_768;

  static final int MAX_LINK_ENTRIES = 256;

  /** After so many entries in a row that can't be had, the root is looked up again. */
  static final int FAILURES_BEFORE_ROOT = 5;

  /** A list that was walked to its end is not walked again at once. */
  static final Duration REST = Duration.ofSeconds(30);

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

  /** However long the root's time to live. */
  private static final Duration LONGEST_RECHECK = Duration.ofHours(24);

  private final TreeLink link;
  private final Queries queries;
  private final Loop loop;
  private final DnsOptions options;
  private final RandomGenerator random;
  private final Deque<NodeRecord> found = new ArrayDeque<>();
  private @Nullable TreeRoot root;
  private @Nullable SubtreeWalk links;
  private @Nullable SubtreeWalk nodes;
  private Set<TreeLink> linked = new LinkedHashSet<>();
  private Set<TreeLink> linkedSoFar = new LinkedHashSet<>();
  private long rootDue;
  private long restUntil;
  private int failuresInARow;
  private int entriesFailed;
  private boolean busy;
  private boolean complained;
  private int nodesLastTime;
  private Optional<DnsFailure> lastFailure = Optional.empty();

  TreeSync(TreeLink link, Queries queries, Loop loop, DnsOptions options, RandomGenerator random) {
    this.link = link;
    this.queries = queries;
    this.loop = loop;
    this.options = options;
    this.random = random;
    this.rootDue = loop.nanoTime();
    this.restUntil = rootDue;
  }

  /** Links to other trees, complete as of the last full walk over them. */
  Set<TreeLink> linked() {
    return linked;
  }

  /** Nodes found and not taken yet: at most one, when nobody steps while there is one. */
  Deque<NodeRecord> found() {
    return found;
  }

  /** True the first time for a set of links: one complaint about them is enough. */
  boolean complainOnce() {
    boolean first = !complained;
    complained = true;
    return first;
  }

  TreeStatus status() {
    TreeRoot known = root;
    return new TreeStatus(
        link,
        known == null ? 0 : known.seq(),
        known != null,
        Math.max(nodesLastTime, nodes == null ? 0 : nodes.leaves()),
        nodes == null ? 0 : nodes.left(),
        linked.size(),
        lastFailure);
  }

  /** How long until there is something to do; zero or less when there is now. Null while busy. */
  @Nullable Duration untilReady() {
    return busy ? null : Duration.ofNanos(restUntil - loop.nanoTime());
  }

  /** Does one thing; {@code done} is called later, once. */
  void step(Runnable done) {
    loop.assertInLoop();
    TreeRoot known = root;
    busy = true;
    if (known == null || rootDue - loop.nanoTime() <= 0) {
      queries.root(link, outcome -> end(() -> gotRoot(outcome), done));
      return;
    }
    SubtreeWalk walk = currentWalk(known);
    SubtreeWalk.Step step = walk.next(random);
    queries.entry(
        link.domain(), step.hash(), outcome -> end(() -> gotEntry(walk, step, outcome), done));
  }

  private void end(Runnable what, Runnable done) {
    busy = false;
    what.run();
    done.run();
  }

  private SubtreeWalk currentWalk(TreeRoot known) {
    SubtreeWalk ofLinks = links;
    if (ofLinks != null && !ofLinks.done()) {
      return ofLinks;
    }
    SubtreeWalk ofNodes = nodes;
    if (ofNodes == null || ofNodes.done()) {
      ofNodes = new SubtreeWalk(known.nodes(), false, MAX_NODE_ENTRIES, queries.drops());
      nodes = ofNodes;
    }
    return ofNodes;
  }

  private void gotRoot(Outcome<TreeRoot> outcome) {
    switch (outcome) {
      case Outcome.Failed<TreeRoot> failed -> rootFailed(failed.failure());
      case Outcome.Found<TreeRoot> got -> {
        TreeRoot known = root;
        TreeRoot newest = got.part();
        if (known != null && Long.compareUnsigned(newest.seq(), known.seq()) < 0) {
          queries
              .drops()
              .count(
                  DnsFailure.STALE_ROOT,
                  link.domain(),
                  Long.toUnsignedString(newest.seq())
                      + " after "
                      + Long.toUnsignedString(known.seq()));
          rootFailed(DnsFailure.STALE_ROOT);
          return;
        }
        succeeded();
        entriesFailed = 0;
        Duration keep =
            Comparators.max(options.recheckInterval(), Comparators.min(got.ttl(), LONGEST_RECHECK));
        rootDue = loop.nanoTime() + keep.toNanos();
        adopt(known, newest);
      }
    }
  }

  /** With the root known so far, the walk goes on meanwhile. */
  private void rootFailed(DnsFailure failure) {
    failed(failure);
    rootDue = restUntil;
    if (root != null) {
      restUntil = loop.nanoTime();
    }
  }

  private void adopt(@Nullable TreeRoot known, TreeRoot newest) {
    root = newest;
    if (known == null || !known.links().equals(newest.links()) || links == null) {
      linkedSoFar = new LinkedHashSet<>();
      links = new SubtreeWalk(newest.links(), true, MAX_LINK_ENTRIES, queries.drops());
    }
    if (known == null || !known.nodes().equals(newest.nodes())) {
      nodes = null;
    }
  }

  private void gotEntry(SubtreeWalk walk, SubtreeWalk.Step step, Outcome<TreeEntry> outcome) {
    switch (outcome) {
      case Outcome.Failed<TreeEntry> failed -> {
        walk.failed(step, failed.failure());
        if (failed.failure().passing()) {
          failed(failed.failure());
          if (++entriesFailed >= FAILURES_BEFORE_ROOT) {
            entriesFailed = 0;
            rootDue = loop.nanoTime();
          }
        }
      }
      case Outcome.Found<TreeEntry> got -> {
        succeeded();
        entriesFailed = 0;
        if (walk.found(step, got.part())) {
          switch (got.part()) {
            case TreeEntry.Node node -> found.addLast(node.record());
            case TreeEntry.Link other -> linkedSoFar.add(other.target());
            case TreeEntry.Branch branch -> throw new IllegalStateException("no leaf");
          }
        }
      }
    }
    if (walk.done()) {
      walked(walk);
    }
  }

  private void walked(SubtreeWalk walk) {
    if (walk == links) {
      if (walk.gaveUp()) {
        linked.addAll(linkedSoFar); // what is missing may be a link known before
        links = null; // until the root is looked up again
      } else {
        linked = linkedSoFar;
      }
      complained = false;
    } else if (walk == nodes) {
      nodesLastTime = walk.leaves();
      // Of a list without any node there is nothing to hope for before its root changes.
      boolean empty = walk.leaves() == 0 && !walk.gaveUp();
      long rest = empty ? rootDue - loop.nanoTime() : REST.toNanos();
      restUntil = Math.max(restUntil - loop.nanoTime(), rest) + loop.nanoTime();
    }
  }

  private void succeeded() {
    failuresInARow = 0;
    lastFailure = Optional.empty();
    restUntil = loop.nanoTime();
  }

  /** The next try waits twice as long as the last one, and up to a fifth more by chance. */
  private void failed(DnsFailure failure) {
    lastFailure = Optional.of(failure);
    Duration pause = LONGEST_PAUSE;
    if (failuresInARow < 10) {
      pause = Comparators.min(FIRST_PAUSE.multipliedBy(1L << failuresInARow), LONGEST_PAUSE);
    }
    failuresInARow++;
    restUntil = loop.nanoTime() + pause.toNanos() + random.nextLong(pause.toNanos() / 5);
  }
}
