package io.kadlink.discovery.store;

import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeRecord;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The side of the node database that waits for the disk: each call is a task for the executor,
 * which runs one at a time, in order.
 *
 * <p>When the store fails (a full disk, a damaged page), that is logged once. The next task opens
 * the file again; until a batch can be written the latest ones are kept, at most {@link
 * NodeDatabase#MAX_WAITING} updates of them, and are written with it. Questions are answered from
 * what is on disk, or find nothing. What is to happen after a task happens all the same.
 */
final class StoreWriter {
  private static final Logger log = LoggerFactory.getLogger(StoreWriter.class);

  private final InstantSource clock;
  private final Executor executor;
  private final int maxNodes;
  private final Counter expired;
  private final Counter evicted;
  private final Counter lost;
  private final AtomicLong batches = new AtomicLong();

  /** What could not be written, the oldest first. The executor's tasks alone have these. */
  private final Deque<Batch> unwritten = new ArrayDeque<>();

  private NodeStore store;
  private boolean open = true;
  private boolean closed;

  /** Changed by the executor's tasks alone, as {@code batches} and {@code working} are. */
  private volatile int nodes;

  private volatile boolean working = true;

  /** What is written together. */
  record Batch(Map<NodeId, NodeUpdate> updates, @Nullable NodeRecord local) {}

  /**
   * @param clock names a file that is set aside
   */
  StoreWriter(
      NodeStore store,
      InstantSource clock,
      Executor executor,
      int maxNodes,
      MeterRegistry registry) {
    this.store = store;
    this.clock = clock;
    this.executor = executor;
    this.maxNodes = maxNodes;
    this.expired = removed(registry, "expired");
    this.evicted = removed(registry, "evicted");
    this.lost =
        Counter.builder("kadlink.discovery.store.dropped")
            .description("updates of the node database not noted")
            .tag("reason", "unwritten")
            .register(registry);
    this.nodes = store.size();
    registry.gauge("kadlink.discovery.store.nodes", this, StoreWriter::nodes);
    registry.gauge("kadlink.discovery.store.unwritten", this, each -> each.working ? 0 : 1);
  }

  private static Counter removed(MeterRegistry registry, String reason) {
    return Counter.builder("kadlink.discovery.store.removed")
        .description("nodes removed from the node database")
        .tag("reason", reason)
        .register(registry);
  }

  /** Nodes after the last batch. Any thread. */
  private int nodes() {
    return nodes;
  }

  /** How it is doing. Any thread. */
  DatabaseStats stats(int waiting, long dropped) {
    return new DatabaseStats(
        nodes,
        waiting,
        batches.get(),
        dropped + (long) lost.count(),
        (long) expired.count(),
        (long) evicted.count(),
        working);
  }

  void write(Batch batch, Runnable afterwards) {
    executor.execute(
        () -> {
          unwritten.add(batch);
          boundUnwritten();
          guarded(this::writeAll);
          afterwards.run();
        });
  }

  private void writeAll() {
    if (!unwritten.isEmpty()) {
      unwritten.forEach(this::apply);
      int gone = store.evict(maxNodes);
      committed();
      evicted.increment(gone);
      unwritten.clear();
    }
  }

  private void apply(Batch batch) {
    batch.updates().forEach(store::apply);
    NodeRecord local = batch.local();
    if (local != null) {
      store.putLocalRecord(local);
    }
  }

  /** The oldest updates go; our own record never does. */
  private void boundUnwritten() {
    int updates = unwritten.stream().mapToInt(batch -> batch.updates().size()).sum();
    NodeRecord local = null;
    while (updates > NodeDatabase.MAX_WAITING && unwritten.size() > 1) {
      Batch oldest = unwritten.remove();
      updates -= oldest.updates().size();
      lost.increment(oldest.updates().size());
      local = oldest.local() == null ? local : oldest.local();
    }
    if (local != null) {
      unwritten.addFirst(new Batch(Map.of(), local));
    }
  }

  /** Removes nodes without a sign of life since then. */
  void expire(Instant before) {
    executor.execute(
        () ->
            guarded(
                () -> {
                  int gone = store.expire(before);
                  committed();
                  expired.increment(gone);
                  log.debug("the node database forgot {} nodes not seen since {}", gone, before);
                }));
  }

  private void committed() {
    store.commit();
    open = !store.isClosed();
    nodes = open ? store.size() : nodes;
    batches.incrementAndGet();
    if (!working) {
      working = true;
      log.info("the node database {} is written again", store.name());
    }
  }

  /** Answers a question, with {@code nothing} when the store has failed. */
  <T> void ask(Function<NodeStore, T> question, T nothing, Consumer<T> answer) {
    executor.execute(
        () -> {
          Found<T> found = new Found<>(nothing);
          guarded(() -> found.value = question.apply(store));
          answer.accept(found.value);
        });
  }

  private static final class Found<T> {
    T value;

    Found(T value) {
      this.value = value;
    }
  }

  /** Closes the store, after all that was asked before. */
  void close(Runnable afterwards) {
    executor.execute(
        () -> {
          guarded(this::writeAll);
          if (open) {
            guarded(store::close);
          }
          closed = true;
          working = false;
          afterwards.run();
        });
  }

  private void guarded(Runnable task) {
    if (closed || !(open || reopen())) {
      return;
    }
    try {
      task.run();
    } catch (RuntimeException e) { // damage and full disks show as many kinds of exception
      failed(e);
    }
  }

  private void failed(RuntimeException e) {
    open = false;
    Optional<String> refused = StoreFile.writingFailed(e);
    if (working && refused.isPresent()) {
      log.warn(
          "the node database {} can't be written: {}. What was stored is kept and what is new"
              + " waits; make room on its disk, it is tried again every few seconds",
          store.name(),
          refused.get());
    } else if (working) {
      log.warn("the node database {} failed; it is opened again", store.name(), e);
    }
    working = false;
    store.abandon();
  }

  private boolean reopen() {
    try {
      store = store.reopen(clock.instant());
      open = true;
    } catch (IOException | RuntimeException e) {
      log.debug("the node database {} can't be opened again", store.name(), e);
    }
    return open;
  }
}
