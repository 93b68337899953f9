package io.kadlink.testnet.sim;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Time that passes only when told to, for many loops at once.
 *
 * <p>Loops hear of each other only through datagrams, and no datagram is faster than the {@link
 * #lookahead}. So what loops do within one such span can't depend on what others do in it, and
 * several threads may run it, each a share of the loops. After each span the threads meet and hand
 * over what their loops sent each other. Every loop sees its tasks in an order that does not depend
 * on the threads, and so does the event log: the same run for any number of threads.
 *
 * <p>Methods are called by one thread, which may touch all loops while no time passes.
 */
public final class VirtualTime implements AutoCloseable {
  /** When virtual time begins. */
  public static final Instant START = Instant.parse("2025-01-01T00:00:00Z");

  private final Duration lookahead;
  private final List<Shard> shards = new ArrayList<>();
  private final List<EventBuffer> buffers = new ArrayList<>();
  private final EventBuffer between = new EventBuffer();
  private final EventLog log;
  private final Runnable heartbeat;
  private final @Nullable ExecutorService workers;
  private int loops;
  private long now;
  private boolean passing;

  /**
   * Time at its start.
   *
   * @param lookahead the least time from one loop to another
   * @param threads how many run the loops
   * @param heartbeat called now and then while time passes, never influencing anything
   */
  VirtualTime(Duration lookahead, int threads, EventLog log, Runnable heartbeat) {
    this.lookahead = lookahead;
    this.log = log;
    this.heartbeat = heartbeat;
    for (int i = 0; i < threads; i++) {
      Shard shard = new Shard(i, threads);
      shards.add(shard);
      buffers.add(shard.log);
    }
    this.workers =
        threads == 1
            ? null
            : Executors.newFixedThreadPool(
                threads - 1, Thread.ofPlatform().daemon().name("simulator-", 0).factory());
  }

  /** The least time between two loops. */
  public Duration lookahead() {
    return lookahead;
  }

  /** A loop for one more node. */
  VirtualLoop newLoop() {
    int number = loops++;
    return new VirtualLoop(this, shards.get(number % shards.size()), number);
  }

  /** How much time has passed since the start. */
  public Duration elapsed() {
    return Duration.ofNanos(now);
  }

  /** Tasks run so far. */
  long tasks() {
    return shards.stream().mapToLong(Shard::executed).sum();
  }

  /** Writes an event that is no node's own. Between tasks only. */
  void log(EventKind kind, long content) {
    between.add(now, -1, kind, 0, 0, content);
  }

  /** Where events of a shard's loops go. */
  EventBuffer buffer(Shard shard) {
    return passing ? shard.log : between;
  }

  /** Lets time pass. */
  public void pass(Duration duration) {
    passTo(now + duration.toNanos(), () -> false);
  }

  /** Lets time pass until the condition holds; false when it does not within {@code longest}. */
  public boolean passUntil(BooleanSupplier condition, Duration longest) {
    return condition.getAsBoolean() || passTo(now + longest.toNanos(), condition);
  }

  private boolean passTo(long target, BooleanSupplier condition) {
    flush(List.of(between));
    while (true) {
      exchange();
      long start = shards.stream().mapToLong(Shard::next).min().orElse(Long.MAX_VALUE);
      if (start >= target) {
        setNow(target);
        return condition.getAsBoolean();
      }
      long end = Math.min(start + lookahead.toNanos(), target);
      passing = true;
      run(end);
      passing = false;
      flush(buffers);
      heartbeat.run();
      setNow(end);
      if (condition.getAsBoolean()) {
        return true;
      }
    }
  }

  private void setNow(long nanos) {
    now = nanos;
    shards.forEach(shard -> shard.setNow(nanos));
  }

  private void exchange() {
    for (Shard to : shards) {
      for (Shard from : shards) {
        to.collect(from);
      }
    }
  }

  private void flush(List<EventBuffer> full) {
    log.append(full);
  }

  private void run(long end) {
    List<Shard> busy = new ArrayList<>(shards);
    busy.removeIf(shard -> shard.next() >= end);
    ExecutorService others = workers;
    if (others == null || busy.size() == 1) {
      busy.forEach(shard -> shard.run(end));
      return;
    }
    List<Future<?>> running = new ArrayList<>();
    for (Shard shard : busy.subList(1, busy.size())) {
      running.add(others.submit(() -> shard.run(end)));
    }
    busy.get(0).run(end);
    running.forEach(VirtualTime::await);
  }

  private static void await(Future<?> running) {
    try {
      running.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("a node failed", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("the simulation was interrupted", e);
    }
  }

  /** Ends the threads. */
  @Override
  public void close() {
    flush(List.of(between));
    if (workers != null) {
      workers.shutdownNow();
    }
  }
}
