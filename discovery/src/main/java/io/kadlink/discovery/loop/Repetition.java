package io.kadlink.discovery.loop;

import java.time.Duration;

/** A task that is done again and again. Confined to its loop. */
final class Repetition implements Loop.Timer {
  private final Loop loop;
  private final Duration period;
  private final Runnable task;
  private Loop.Timer next;

  Repetition(Loop loop, Duration period, Runnable task) {
    this.loop = loop;
    this.period = period;
    this.task = task;
    this.next = loop.schedule(period, this::run);
  }

  /** The next time is set first: a task that throws is not over for that. */
  private void run() {
    next = loop.schedule(period, this::run);
    task.run();
  }

  @Override
  public void cancel() {
    next.cancel();
  }
}
