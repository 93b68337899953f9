package io.kadlink.discovery;

import io.kadlink.discovery.loop.Loop;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The side of a {@link NodeSource} that its caller sees: at most one pull waits, and once the
 * source has ended, every pull gets nothing at once. All but {@link #pull} is for the loop alone.
 */
public final class Pulls {
  private record Pull(int max, CompletableFuture<List<Node>> answer) {}

  private final Loop loop;
  private final Runnable wanted;
  private @Nullable Pull waiting;
  private boolean ended;

  /**
   * Nobody pulls yet.
   *
   * @param loop the source's
   * @param wanted run on the loop for each pull that begins to wait; calls {@link #serve} when
   *     there is anything, now or later
   */
  public Pulls(Loop loop, Runnable wanted) {
    this.loop = loop;
    this.wanted = wanted;
  }

  /** {@link NodeSource#pull}, from any thread. */
  public CompletionStage<List<Node>> pull(int max) {
    if (max < 1) {
      throw new IllegalArgumentException("a pull asks for at least one node, not " + max);
    }
    CompletableFuture<List<Node>> answer = new CompletableFuture<>();
    try {
      loop.execute(() -> begin(new Pull(max, answer)));
    } catch (RejectedExecutionException e) {
      answer.complete(List.of()); // the loop has ended, and every source on it
    }
    return answer;
  }

  private void begin(Pull pull) {
    if (ended) {
      pull.answer().complete(List.of());
    } else if (waiting != null) {
      pull.answer().completeExceptionally(new IllegalStateException("one pull at a time"));
    } else {
      waiting = pull;
      wanted.run();
    }
  }

  /** How many nodes the waiting pull wants at most; 0 while none waits. */
  public int wanted() {
    Pull pull = waiting;
    return pull == null ? 0 : pull.max();
  }

  /** Hands nodes to the waiting pull, which then no longer waits; no nodes change nothing. */
  public void serve(List<Node> nodes) {
    Pull pull = waiting;
    if (pull != null && !nodes.isEmpty()) {
      waiting = null;
      pull.answer().complete(nodes);
    }
  }

  public boolean hasEnded() {
    return ended;
  }

  /** There is nothing more: completes the waiting pull, and all that come, with no nodes. */
  public void end() {
    ended = true;
    Pull pull = waiting;
    waiting = null;
    if (pull != null) {
      pull.answer().complete(List.of());
    }
  }
}
