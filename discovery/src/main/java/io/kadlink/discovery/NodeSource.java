package io.kadlink.discovery;

import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;

/**
 * A stream of nodes that a dialer pulls from, without end and without a node twice in a short time,
 * unless its record changed meanwhile. Methods may be called from any thread.
 */
public interface NodeSource extends AutoCloseable {

  /**
   * Up to {@code max} nodes not handed out lately. Completes when there is at least one, or with
   * none when the source has ended; pulling drives lookups, so a source nobody pulls from costs
   * nothing. One pull at a time.
   */
  CompletionStage<List<Node>> pull(int max);

  /** The nodes of this source that pass a test; closing either closes both. */
  default NodeSource filter(Predicate<? super Node> wanted) {
    return new FilteredSource(this, wanted);
  }

  /** Completes a waiting pull with an empty list. */
  @Override
  void close();
}
