package io.kadlink.server.nat;

import io.kadlink.discovery.loop.Loop;
import java.time.Duration;
import java.time.Instant;
import java.util.PriorityQueue;

/** A loop whose time passes only when told to. */
final class VirtualLoop implements Loop {
  static final Instant START = Instant.parse("2030-01-01T00:00:00Z");

  private final PriorityQueue<Task> tasks = new PriorityQueue<>();
  private long nanos;
  private long submitted;

  private record Task(long at, long order, Runnable action) implements Comparable<Task> {
    @Override
    public int compareTo(Task other) {
      return at != other.at ? Long.compare(at, other.at) : Long.compare(order, other.order);
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
    Task task = new Task(nanos + delay.toNanos(), submitted++, action);
    tasks.add(task);
    return () -> tasks.remove(task);
  }

  @Override
  public Instant now() {
    return START.plusNanos(nanos);
  }

  @Override
  public long nanoTime() {
    return nanos;
  }

  /** Lets time pass. */
  void pass(Duration duration) {
    long end = nanos + duration.toNanos();
    while (!tasks.isEmpty() && tasks.peek().at() <= end) {
      Task next = tasks.remove();
      nanos = next.at();
      next.action().run();
    }
    nanos = end;
  }
}
