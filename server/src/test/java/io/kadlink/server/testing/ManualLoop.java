package io.kadlink.server.testing;

import io.kadlink.discovery.loop.Loop;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.PriorityQueue;

/**
 * A loop on virtual time, run by the test's own thread: tasks run when {@link #runDue} or {@link
 * #advance} is called, in the order of their time, then of their submission. Its {@link #clock}
 * follows. Everything from another thread is refused.
 */
public final class ManualLoop implements Loop {
  /** When its time begins. */
  public static final Instant START = Instant.parse("2030-01-01T00:00:00Z");

  /** Enough for any test; more means tasks that keep each other alive. */
  private static final int MAX_TASKS_PER_RUN = 5_000_000;

  private final Thread owner = Thread.currentThread();
  private final PriorityQueue<Task> tasks = new PriorityQueue<>();
  private Instant now = START;
  private Duration set = Duration.ZERO;
  private long submitted;

  /** The loop's virtual time. */
  public InstantSource clock() {
    return this::now;
  }

  @Override
  public Instant now() {
    return now.plus(set);
  }

  @Override
  public long nanoTime() {
    return Duration.between(START, now).toNanos();
  }

  @Override
  public boolean inLoop() {
    return Thread.currentThread() == owner;
  }

  @Override
  public void execute(Runnable task) {
    schedule(Duration.ZERO, task);
  }

  @Override
  public Timer schedule(Duration delay, Runnable task) {
    assertInLoop();
    Task scheduled =
        new Task(now.plus(delay.isNegative() ? Duration.ZERO : delay), submitted++, task);
    tasks.add(scheduled);
    return () -> tasks.remove(scheduled);
  }

  /** Somebody sets the wall clock forward, or back; no time passes. */
  public void setClock(Duration forward) {
    set = set.plus(forward);
  }

  /** Runs all that is due now, and what that makes due now. */
  public void runDue() {
    advance(Duration.ZERO);
  }

  /** Moves time forward by {@code duration}, running each task at its own time. */
  public void advance(Duration duration) {
    assertInLoop();
    Instant end = now.plus(duration);
    for (int ran = 0; ; ran++) {
      Task next = tasks.peek();
      if (next == null || next.at.isAfter(end)) {
        break;
      }
      if (ran == MAX_TASKS_PER_RUN) {
        throw new IllegalStateException("the loop never comes to rest");
      }
      tasks.remove();
      now = next.at;
      next.action.run();
    }
    now = end;
  }

  /** Tasks that wait for their time. */
  public int pendingTasks() {
    return tasks.size();
  }

  private record Task(Instant at, long order, Runnable action) implements Comparable<Task> {
    @Override
    public int compareTo(Task other) {
      int byTime = at.compareTo(other.at);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }
}
