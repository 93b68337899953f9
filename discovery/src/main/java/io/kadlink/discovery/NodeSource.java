package io.kadlink.discovery;

import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * A stream of nodes that a dialer pulls from, without end and without a node twice in a short time,
 * unless its record changed meanwhile.
 */
public interface NodeSource extends AutoCloseable {

  /**
   * Up to {@code max} nodes not handed out lately. Completes when there is at least one; pulling
   * drives lookups, so a source nobody pulls from costs nothing. One pull at a time.
   */
  CompletionStage<List<Node>> pull(int max);

  /** Completes a waiting pull with an empty list. */
  @Override
  void close();
}
