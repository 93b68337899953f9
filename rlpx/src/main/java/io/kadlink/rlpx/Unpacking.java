package io.kadlink.rlpx;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Decompresses large payloads away from the event loops, so that other connections of a loop don't
 * wait for them. A connection has one in work at a time and is not read meanwhile, which keeps its
 * messages in order and bounds what waits here to the frames that were received anyway. Of all
 * connections together {@link #MAX_AT_ONCE} are in work, from the start until the connection has
 * taken its message, so that the memory for what comes out is bounded, too, and the executor has
 * turns left for handshakes.
 *
 * <p>Thread-safe. An executor that runs tasks at once leaves everything on the event loop.
 */
final class Unpacking {
  /** Payloads from this size on: smaller ones take a tenth of a millisecond at most. */
  static final int LARGE_BYTES = 256 * 1024;

  static final int MAX_AT_ONCE = 2;

  private final Executor executor;
  private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicInteger free = new AtomicInteger(MAX_AT_ONCE);

  Unpacking(Executor executor) {
    this.executor = executor;
  }

  /**
   * Runs {@code work} when its turn comes, then what it returned on the connection's event loop.
   *
   * @param loop runs a task on the event loop, at once when it is called there
   */
  void submit(Supplier<Runnable> work, Executor loop) {
    waiting.add(
        () -> {
          Runnable done = work.get();
          try {
            loop.execute(
                () -> {
                  try {
                    done.run();
                  } finally {
                    finished();
                  }
                });
          } catch (RejectedExecutionException shutDown) {
            finished(); // and nobody waits for it
          }
        });
    startNext();
  }

  private void finished() {
    free.incrementAndGet();
    startNext();
  }

  private void startNext() {
    while (!waiting.isEmpty() && take()) {
      Runnable next = waiting.poll();
      if (next == null) {
        free.incrementAndGet(); // another thread was faster; look again
      } else {
        start(next);
      }
    }
  }

  private boolean take() {
    int now = free.get();
    while (now > 0) {
      if (free.compareAndSet(now, now - 1)) {
        return true;
      }
      now = free.get();
    }
    return false;
  }

  private void start(Runnable next) {
    try {
      executor.execute(next);
    } catch (RejectedExecutionException shutDown) {
      next.run(); // the last messages before the end
    }
  }
}
