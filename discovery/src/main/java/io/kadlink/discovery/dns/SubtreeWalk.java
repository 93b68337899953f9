package io.kadlink.discovery.dns;

import io.kadlink.discovery.dns.TreeEntry.Branch;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.apache.tuweni.bytes.Bytes;

/**
 * One walk over a subtree, in random order: which entries are still to be looked at. An entry that
 * several branches name is looked at once, so a walk ends even if someone signed a tree that tries
 * to be endless.
 */
final class SubtreeWalk {
  /** A full tree of this depth has 13^8 nodes. */
  static final int MAX_DEPTH = 8;

  /** How often an entry is asked for in one walk before it is given up. */
  static final int MAX_ATTEMPTS = 3;

  /** An entry to look at. */
  record Step(EntryHash hash, int depth, int attempts) {}

  private final boolean ofLinks;
  private final int maxEntries;
  private final Drops drops;
  private final List<Step> missing = new ArrayList<>();
  private final Set<Bytes> met = new HashSet<>(); // only asked, never walked
  private int leaves;
  private boolean full;
  private boolean gaveUp;

  /**
   * A walk from the top of a subtree.
   *
   * @param ofLinks whether leaves are links; otherwise they are nodes
   * @param maxEntries entries looked at, at most
   */
  SubtreeWalk(EntryHash top, boolean ofLinks, int maxEntries, Drops drops) {
    this.ofLinks = ofLinks;
    this.maxEntries = maxEntries;
    this.drops = drops;
    met.add(top.shortest());
    missing.add(new Step(top, 0, 0));
  }

  boolean done() {
    return missing.isEmpty();
  }

  int left() {
    return missing.size();
  }

  /** Nodes or links found so far. */
  int leaves() {
    return leaves;
  }

  /** Whether some entry was given up that might be had another time. */
  boolean gaveUp() {
    return gaveUp;
  }

  /** Takes out an entry to look at. */
  Step next(RandomGenerator random) {
    int chosen = random.nextInt(missing.size());
    Step step = missing.get(chosen);
    Step last = missing.remove(missing.size() - 1);
    if (chosen < missing.size()) {
      missing.set(chosen, last);
    }
    return step;
  }

  /** It could not be had this time; whether it will be tried again. */
  boolean failed(Step step, DnsFailure failure) {
    boolean again = failure.passing() && step.attempts() + 1 < MAX_ATTEMPTS;
    if (again) {
      missing.add(new Step(step.hash(), step.depth(), step.attempts() + 1));
    } else if (failure.passing()) {
      gaveUp = true;
    }
    return again;
  }

  /** It is this; whether it is a leaf of the right kind. */
  boolean found(Step step, TreeEntry entry) {
    switch (entry) {
      case Branch branch -> descend(step, branch);
      case TreeEntry.Node node -> {
        return leaf(step, !ofLinks);
      }
      case TreeEntry.Link link -> {
        return leaf(step, ofLinks);
      }
    }
    return false;
  }

  private boolean leaf(Step step, boolean rightKind) {
    if (rightKind) {
      leaves++;
    } else {
      drops.count(
          DnsFailure.WRONG_SUBTREE, step.hash().text(), ofLinks ? "a node" : "a link to a list");
    }
    return rightKind;
  }

  private void descend(Step step, Branch branch) {
    if (step.depth() >= MAX_DEPTH) {
      drops.count(DnsFailure.TOO_DEEP, step.hash().text(), "depth " + step.depth());
      return;
    }
    for (EntryHash child : branch.children()) {
      if (met.size() >= maxEntries) {
        if (!full) {
          full = true;
          drops.count(DnsFailure.TOO_MANY_ENTRIES, step.hash().text(), "over " + maxEntries);
        }
        return;
      }
      if (met.add(child.shortest())) {
        missing.add(new Step(child, step.depth() + 1, 0));
      }
    }
  }
}
