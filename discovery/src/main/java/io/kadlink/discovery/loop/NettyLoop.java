package io.kadlink.discovery.loop;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** A Netty event loop as a {@link Loop}, with the wall clock handed in. */
public final class NettyLoop implements Loop {
  private final EventLoop eventLoop;
  private final InstantSource clock;

  /** {@code eventLoop} as a loop, with {@code clock} for the time of day. */
  public NettyLoop(EventLoop eventLoop, InstantSource clock) {
    this.eventLoop = eventLoop;
    this.clock = clock;
  }

  /** What runs it. */
  public EventLoop eventLoop() {
    return eventLoop;
  }

  @Override
  public boolean inLoop() {
    return eventLoop.inEventLoop();
  }

  @Override
  public void execute(Runnable task) {
    eventLoop.execute(task);
  }

  @Override
  public Timer schedule(Duration delay, Runnable task) {
    Future<?> future = eventLoop.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
    return () -> future.cancel(false);
  }

  @Override
  public Instant now() {
    return clock.instant();
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }
}
