package io.kadlink.testnet.sim;

import io.kadlink.discovery.loop.Loop;
import java.time.Duration;
import java.time.Instant;

/** One node's event loop on virtual time. */
public final class VirtualLoop implements Loop {
  private final VirtualTime time;
  private final Shard shard;
  private final int number;
  private long count;

  private boolean ended;

  /** Id of the thread that runs the loop just now, 0 when none does. */
  private long runner;

  VirtualLoop(VirtualTime time, Shard shard, int number) {
    this.time = time;
    this.shard = shard;
    this.number = number;
  }

  /** The loop's number: 0, 1, 2, ... in the order they were made. */
  public int number() {
    return number;
  }

  /** Runs nothing any more, whatever was asked for: the process is gone. Between tasks. */
  void end() {
    ended = true;
  }

  /** Runs something as this loop, now. For the loop's own tasks, and from outside between two. */
  public void run(Runnable action) {
    if (ended) {
      return;
    }
    long before = runner;
    runner = Thread.currentThread().threadId();
    try {
      action.run();
    } finally {
      runner = before;
    }
  }

  @Override
  public boolean inLoop() {
    return runner == Thread.currentThread().threadId();
  }

  @Override
  public void execute(Runnable task) {
    shard.add(task(this, shard.now(), task));
  }

  @Override
  public Timer schedule(Duration delay, Runnable action) {
    Task task = task(this, shard.now() + delay.toNanos(), action);
    shard.add(task);
    return task;
  }

  /**
   * Has another loop run something later.
   *
   * @param delayNanos at least {@link VirtualTime#lookahead()}
   */
  void post(VirtualLoop to, long delayNanos, Runnable action) {
    if (delayNanos < time.lookahead().toNanos()) {
      throw new IllegalArgumentException("sooner than nodes may hear of each other");
    }
    Task task = task(to, shard.now() + delayNanos, action);
    if (to.shard == shard) {
      shard.add(task);
    } else {
      shard.send(to.shard, task);
    }
  }

  private Task task(VirtualLoop owner, long at, Runnable action) {
    return new Task(at, owner, number, count++, action);
  }

  @Override
  public Instant now() {
    return VirtualTime.START.plusNanos(shard.now());
  }

  @Override
  public long nanoTime() {
    return shard.now();
  }

  /** Writes an event of this node into the log. */
  void log(EventKind kind, long endpoint, int size, long content) {
    time.buffer(shard).add(shard.now(), number, kind, endpoint, size, content);
  }
}
