package io.kadlink.discovery.testing;

import io.kadlink.discovery.loop.Loop;
import java.time.Duration;
import java.time.Instant;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;

/**
 * A loop whose time passes only when told to: tasks run in order of their time, then of arrival.
 */
public final class VirtualTime implements Loop {
  private static final Instant START = Instant.parse("2025-01-01T00:00:00Z");

  private final PriorityQueue<Task> tasks = new PriorityQueue<>();
  private Duration set = Duration.ZERO;
  private long nanos;
  private long count;

  private static final class Task implements Timer, Comparable<Task> {
    final long at;
    final long number;
    final Runnable action;
    boolean cancelled;

    Task(long at, long number, Runnable action) {
      this.at = at;
      this.number = number;
      this.action = action;
    }

    @Override
    public void cancel() {
      cancelled = true;
    }

    @Override
    public int compareTo(Task other) {
      return at != other.at ? Long.compare(at, other.at) : Long.compare(number, other.number);
    }
  }

  @Override
  public boolean inLoop() {
    return true;
  }

  @Override
  public void execute(Runnable task) {
    schedule(Duration.ZERO, task);
  }

  @Override
  public Timer schedule(Duration delay, Runnable action) {
    Task task = new Task(nanos + delay.toNanos(), count++, action);
    tasks.add(task);
    return task;
  }

  @Override
  public Instant now() {
    return START.plusNanos(nanos).plus(set);
  }

  @Override
  public long nanoTime() {
    return nanos;
  }

  /** Somebody sets the wall clock forward, or back; no time passes. */
  public void setClock(Duration forward) {
    set = set.plus(forward);
  }

  /** Lets {@code duration} pass. */
  public void pass(Duration duration) {
    long end = nanos + duration.toNanos();
    while (!tasks.isEmpty() && tasks.peek().at <= end) {
      step();
    }
    nanos = end;
  }

  /** Lets time pass until the condition holds; false when it does not within {@code longest}. */
  public boolean passUntil(BooleanSupplier condition, Duration longest) {
    long end = nanos + longest.toNanos();
    while (!condition.getAsBoolean()) {
      if (tasks.isEmpty() || tasks.peek().at > end) {
        nanos = end;
        return condition.getAsBoolean();
      }
      step();
    }
    return true;
  }

  private void step() {
    Task task = tasks.remove();
    nanos = Math.max(nanos, task.at);
    if (!task.cancelled) {
      task.action.run();
    }
  }
}
