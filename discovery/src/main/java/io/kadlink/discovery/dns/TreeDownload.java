package io.kadlink.discovery.dns;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.identity.NodeRecord;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Downloads a whole tree once, for tools: every hash and signature is checked on the way. Links are
 * not followed. A dialer wants {@link DnsNodes} instead.
 */
public final class TreeDownload {

  /**
   * What was downloaded.
   *
   * @param root its signature is the link's key's
   * @param links in no particular order
   * @param nodes in the order of their ids
   * @param missing entries that could not be had or are not allowed, with what was wrong with them
   */
  public record Result(
      TreeLink link,
      TreeRoot root,
      List<TreeLink> links,
      List<NodeRecord> nodes,
      List<String> missing) {
    public Result {
      links = List.copyOf(links);
      nodes = List.copyOf(nodes);
      missing = List.copyOf(missing);
    }

    /** As a folder to be written. */
    public TreeFolder folder() {
      return new TreeFolder(
          Optional.of(link), root.seq(), Optional.of(root.signatureText()), links, nodes);
    }
  }

  /** Entries looked up at the same time. */
  private static final int PARALLEL = 8;

  private final TreeLink link;
  private final Queries queries;
  private final RandomGenerator random;
  private final CompletableFuture<Result> result;
  private final List<TreeLink> links = new ArrayList<>();
  private final List<NodeRecord> nodes = new ArrayList<>();
  private final List<String> missing = new ArrayList<>();
  private @Nullable TreeRoot root;
  private @Nullable SubtreeWalk linkWalk;
  private @Nullable SubtreeWalk nodeWalk;
  private int underWay;

  private TreeDownload(
      TreeLink link, Queries queries, RandomGenerator random, CompletableFuture<Result> result) {
    this.result = result;
    this.link = link;
    this.queries = queries;
    this.random = random;
  }

  /**
   * Downloads the tree at {@code link}. Any thread.
   *
   * @return the tree, with what is missing of it; fails with {@link BadEntryException} when there
   *     is no root that its key signed
   */
  public static CompletionStage<Result> start(
      TreeLink link,
      TxtResolver resolver,
      Loop loop,
      DnsOptions options,
      RandomGenerator random,
      MeterRegistry registry) {
    CompletableFuture<Result> done = new CompletableFuture<>();
    loop.execute(
        () -> {
          Queries queries = new Queries(resolver, loop, options, registry);
          TreeDownload download = new TreeDownload(link, queries, random, done);
          queries.root(link, download::gotRoot);
        });
    return done;
  }

  private void gotRoot(Outcome<TreeRoot> outcome) {
    switch (outcome) {
      case Outcome.Failed<TreeRoot> failed -> {
        queries.close();
        result.completeExceptionally(
            new BadEntryException(
                link.domain()
                    + ": "
                    + failed.failure().tag()
                    + ", "
                    + Drops.printable(failed.detail())));
      }
      case Outcome.Found<TreeRoot> found -> {
        root = found.part();
        Drops drops = queries.drops();
        linkWalk = new SubtreeWalk(found.part().links(), true, TreeSync.MAX_LINK_ENTRIES, drops);
        nodeWalk = new SubtreeWalk(found.part().nodes(), false, TreeSync.MAX_NODE_ENTRIES, drops);
        advance();
      }
    }
  }

  private void advance() {
    for (SubtreeWalk walk : new SubtreeWalk[] {linkWalk, nodeWalk}) {
      while (walk != null && underWay < PARALLEL && !walk.done()) {
        underWay++;
        SubtreeWalk.Step step = walk.next(random);
        queries.entry(link.domain(), step.hash(), outcome -> got(walk, step, outcome));
      }
    }
    if (underWay == 0 && root != null) {
      queries.close();
      nodes.sort(Comparator.comparing(record -> record.id().bytes()));
      result.complete(new Result(link, root, links, nodes, missing));
    }
  }

  private void got(SubtreeWalk walk, SubtreeWalk.Step step, Outcome<TreeEntry> outcome) {
    underWay--;
    switch (outcome) {
      case Outcome.Failed<TreeEntry> failed -> {
        if (!walk.failed(step, failed.failure())) {
          missing.add(step.hash() + ": " + failed.failure().tag());
        }
      }
      case Outcome.Found<TreeEntry> found -> {
        boolean leaf = walk.found(step, found.part());
        switch (found.part()) {
          case TreeEntry.Branch branch -> {}
          case TreeEntry.Node node -> {
            if (leaf) {
              nodes.add(node.record());
            }
          }
          case TreeEntry.Link other -> {
            if (leaf) {
              links.add(other.target());
            }
          }
        }
        if (!leaf && !(found.part() instanceof TreeEntry.Branch)) {
          missing.add(step.hash() + ": " + DnsFailure.WRONG_SUBTREE.tag());
        }
      }
    }
    advance();
  }
}
