package io.kadlink.server.admission;

import io.kadlink.identity.NodeId;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Who goes when a node of high priority comes and all places are taken. High are the trusted,
 * static and bootstrap nodes and those that a protocol or the operator calls so, consensus members
 * for example; they never go. With any policy but the first all sessions together stay within the
 * limit as long as there are low ones.
 */
public enum Eviction {
  /** Nobody: the high ones come on top of the limit. */
  NONE,
  /** Any of the low ones, so that an attacker can't tell who. */
  RANDOM,
  /** First in, first out: the oldest of the low ones. */
  FIFO,
  /** Last in, first out: the newest of the low ones. */
  LIFO;

  /**
   * @param low who may go, oldest first
   */
  Optional<NodeId> choose(List<NodeId> low, RandomGenerator random) {
    if (low.isEmpty() || this == NONE) {
      return Optional.empty();
    }
    return Optional.of(
        switch (this) {
          case FIFO -> low.getFirst();
          case LIFO -> low.getLast();
          case NONE, RANDOM -> low.get(random.nextInt(low.size()));
        });
  }
}
