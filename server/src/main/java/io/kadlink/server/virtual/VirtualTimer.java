package io.kadlink.server.virtual;

import io.kadlink.discovery.loop.Loop;
import io.netty.util.concurrent.DefaultPromise;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.TimeUnit;

/** A task with its time, as Netty wants it. */
final class VirtualTimer<V> extends DefaultPromise<V> implements ScheduledFuture<V> {
  private final Loop loop;
  private final Callable<V> task;
  private final long deadline;
  private final Loop.Timer timer;

  VirtualTimer(EventExecutor executor, Loop loop, Callable<V> task, Duration delay) {
    super(executor);
    this.loop = loop;
    this.task = task;
    this.deadline = loop.nanoTime() + delay.toNanos();
    this.timer = loop.schedule(delay, this::run);
  }

  private void run() {
    if (!setUncancellable()) {
      return;
    }
    try {
      setSuccess(task.call());
    } catch (Exception e) {
      setFailure(e);
    }
  }

  @Override
  public boolean cancel(boolean mayInterrupt) {
    timer.cancel();
    return super.cancel(mayInterrupt);
  }

  @Override
  public long getDelay(TimeUnit unit) {
    return unit.convert(deadline - loop.nanoTime(), TimeUnit.NANOSECONDS);
  }

  @Override
  public int compareTo(Delayed other) {
    return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
  }
}
