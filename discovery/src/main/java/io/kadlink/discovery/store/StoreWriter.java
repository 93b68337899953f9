package io.kadlink.discovery.store;

import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeRecord;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The side of the node database that waits for the disk: each call is a task for the executor,
 * which runs one at a time, in order. When the store fails (a full disk, a damaged page), that is
 * logged once; from then on nothing is written and every question finds nothing. What is to happen
 * afterwards happens all the same.
 */
final class StoreWriter {
  private static final Logger log = LoggerFactory.getLogger(StoreWriter.class);

  private final NodeStore store;
  private final Executor executor;
  private final int maxNodes;
  private final Counter expired;
  private final Counter evicted;
  private final AtomicLong batches = new AtomicLong();

  /** Changed by the executor's tasks alone, as {@code batches} and {@code working} are. */
  private volatile int nodes;

  private volatile boolean working = true;

  /** What is written together. */
  record Batch(Map<NodeId, NodeUpdate> updates, @Nullable NodeRecord local) {}

  StoreWriter(NodeStore store, Executor executor, int maxNodes, MeterRegistry registry) {
    this.store = store;
    this.executor = executor;
    this.maxNodes = maxNodes;
    this.expired = removed(registry, "expired");
    this.evicted = removed(registry, "evicted");
    this.nodes = store.size();
    registry.gauge("kadlink.discovery.store.nodes", this, StoreWriter::nodes);
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
        dropped,
        (long) expired.count(),
        (long) evicted.count(),
        working);
  }

  void write(Batch batch, Runnable afterwards) {
    executor.execute(
        () -> {
          guarded(() -> apply(batch));
          afterwards.run();
        });
  }

  private void apply(Batch batch) {
    batch.updates().forEach(store::apply);
    NodeRecord local = batch.local();
    if (local != null) {
      store.putLocalRecord(local);
    }
    evicted.increment(store.evict(maxNodes));
    committed();
  }

  /** Removes nodes without a sign of life since then. */
  void expire(Instant before) {
    executor.execute(
        () ->
            guarded(
                () -> {
                  int gone = store.expire(before);
                  expired.increment(gone);
                  log.debug("the node database forgot {} nodes not seen since {}", gone, before);
                  committed();
                }));
  }

  private void committed() {
    store.commit();
    nodes = store.size();
    batches.incrementAndGet();
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
          guarded(store::close);
          working = false;
          afterwards.run();
        });
  }

  private void guarded(Runnable task) {
    if (!working) {
      return;
    }
    try {
      task.run();
    } catch (RuntimeException e) { // damage and full disks show as many kinds of exception
      working = false;
      log.warn(
          "the node database {} failed and is switched off until the next start, which checks the"
              + " file",
          store.name(),
          e);
      store.abandon();
    }
  }
}
