package io.kadlink.discovery.loop;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executor;

/**
 * One event loop: runs tasks one after the other, on time, and tells the time. Only {@link #inLoop}
 * and {@link #execute} may be called from elsewhere. A thread in production, virtual in a
 * simulation.
 */
public interface Loop extends Executor {

  /** A task that was scheduled. */
  interface Timer {
    /** Keeps the task from running, unless it already ran. */
    void cancel();
  }

  /** Whether the caller runs on this loop. */
  boolean inLoop();

  /** Runs {@code task} on the loop, soon. */
  @Override
  void execute(Runnable task);

  /** Runs {@code task} on the loop after {@code delay}. */
  Timer schedule(Duration delay, Runnable task);

  /**
   * Runs {@code task} on the loop every {@code period}, first after one period, until it is called
   * off. A time that passed while the machine slept, or the loop was busy, is not made up for.
   */
  default Timer repeat(Duration period, Runnable task) {
    return new Repetition(this, period, task);
  }

  /** The wall clock: for what is compared with other machines' clocks. */
  Instant now();

  /** A clock that only goes forward, in nanoseconds from an arbitrary origin: for durations. */
  long nanoTime();

  /** Throws when called off the loop: state confined to it would be at risk. */
  default void assertInLoop() {
    if (!inLoop()) {
      throw new IllegalStateException(
          "called off its loop, by thread " + Thread.currentThread().getName());
    }
  }
}
