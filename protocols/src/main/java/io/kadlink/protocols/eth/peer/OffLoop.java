package io.kadlink.protocols.eth.peer;

import io.kadlink.discovery.loop.Loop;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work that takes too long for the protocol's loop, one piece after the other, so that it never
 * takes more than one of the server's computing threads. Used on the loop, where results come back;
 * whoever hands work in bounds how much waits.
 */
public final class OffLoop {
  private static final Logger log = LoggerFactory.getLogger(OffLoop.class);

  private final Executor executor;
  private final Loop loop;
  private final Deque<Runnable> waiting = new ArrayDeque<>();
  private boolean busy;

  public OffLoop(Executor executor, Loop loop) {
    this.executor = executor;
    this.loop = loop;
  }

  /**
   * Does {@code work} elsewhere, then hands its result to {@code then} on the loop.
   *
   * @param otherwise the result when {@code work} throws, for which this machine is to blame
   */
  public <T> void run(Supplier<T> work, T otherwise, Consumer<T> then) {
    loop.assertInLoop();
    waiting.add(
        () -> {
          T result = attempt(work, otherwise);
          loop.execute(
              () -> {
                busy = false;
                try {
                  then.accept(result);
                } finally {
                  next();
                }
              });
        });
    next();
  }

  private static <T> T attempt(Supplier<T> work, T otherwise) {
    try {
      return work.get();
    } catch (RuntimeException e) {
      log.warn("work for the eth protocol failed", e);
      return otherwise;
    }
  }

  private void next() {
    if (busy || waiting.isEmpty()) {
      return;
    }
    busy = true;
    try {
      executor.execute(waiting.removeFirst());
    } catch (RejectedExecutionException stopped) {
      waiting.clear(); // the server stops
    }
  }
}
