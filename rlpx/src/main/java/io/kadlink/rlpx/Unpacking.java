package io.kadlink.rlpx;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Works on large payloads away from the event loops, so that other connections of a loop don't wait
 * for them: decompresses them for sessions, decodes them for protocols. Who submits has one in work
 * at a time for each connection and lets what comes behind it wait, which keeps its messages in
 * order and bounds what waits here to what was received anyway. Of all connections together {@link
 * #MAX_AT_ONCE} are in work, from the start until the message was taken, so that the memory for
 * what comes out is bounded, too, and the executor has turns left for handshakes.
 *
 * <p>Thread-safe. An executor that runs tasks at once leaves everything on the event loop.
 */
public final class Unpacking {
  /** Payloads from this size on: smaller ones take a tenth of a millisecond at most. */
  public static final int LARGE_BYTES = 256 * 1024;

  /** One is looked at while another is fetched; more would only take memory. */
  public static final int MAX_AT_ONCE = 2;

  private final Executor executor;
  private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicInteger free = new AtomicInteger(MAX_AT_ONCE);

  /**
   * @param executor where the work is done, beside other computations
   */
  public Unpacking(Executor executor) {
    this.executor = executor;
  }

  /**
   * Runs {@code work} when its turn comes, then what it returned on the event loop.
   *
   * @param work must not throw
   * @param loop runs a task on the event loop, at once when it is called there
   */
  public void submit(Supplier<Runnable> work, Executor loop) {
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
