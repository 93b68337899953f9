package io.kadlink.bench.discovery;

import io.kadlink.discovery.loop.Loop;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Queue;

/** A loop on the caller's thread: time stands still, and tasks run when told to. */
final class SteppedLoop implements Loop {
  private final Queue<Runnable> soon = new ArrayDeque<>();
  private final Queue<Task> later = new ArrayDeque<>();

  private static final class Task implements Timer {
    final Runnable action;
    boolean cancelled;

    Task(Runnable action) {
      this.action = action;
    }

    @Override
    public void cancel() {
      cancelled = true;
    }
  }

  /** Runs what was to run soon. */
  void turn() {
    Runnable next;
    while ((next = soon.poll()) != null) {
      next.run();
    }
  }

  /** Runs the timer that was set first. */
  void tick() {
    Task task = later.remove();
    if (!task.cancelled) {
      task.action.run();
    }
    turn();
  }

  @Override
  public boolean inLoop() {
    return true;
  }

  @Override
  public void execute(Runnable task) {
    soon.add(task);
  }

  @Override
  public Timer schedule(Duration delay, Runnable task) {
    Task timer = new Task(task);
    later.add(timer);
    return timer;
  }

  @Override
  public Instant now() {
    return Instant.EPOCH;
  }

  @Override
  public long nanoTime() {
    return 0;
  }
}
