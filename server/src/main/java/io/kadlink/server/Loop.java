package io.kadlink.server;

import java.time.Duration;
import java.util.concurrent.Executor;

/** One thread of control with timers: an event loop in production, virtual in the simulator. */
public interface Loop extends Executor {

  /** Whether the caller runs on this loop. */
  boolean inLoop();

  /** Fails loudly when the caller does not run on this loop. */
  default void assertInLoop() {
    if (!inLoop()) {
      throw new IllegalStateException("called off its loop, on " + Thread.currentThread());
    }
  }

  /** Runs {@code task} once after {@code delay}. */
  Timer schedule(Duration delay, Runnable task);

  /** Runs {@code task} every {@code period}, first after one period. */
  Timer repeat(Duration period, Runnable task);

  /** A task that can still be called off. */
  interface Timer {
    void cancel();
  }
}
