package io.kadlink.discovery.store;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.table.Contact;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeRecord;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node database as the discovery loop sees it. What happens to a node is noted in memory, added
 * up with what else happened to it, and written at most a {@linkplain
 * DatabaseOptions#commitInterval() commit interval} later by the writer; questions are answered
 * from the loop again, after everything noted before them was written. Neither ever waits for the
 * disk on the loop.
 *
 * <p>The writer is an executor that runs one task at a time, in order: a single thread in
 * production, {@code Runnable::run} in a simulation. At most one batch of updates is with it.
 *
 * <p>When the store fails at run time (a full disk, a damaged page), that is logged once; from then
 * on nothing is kept and every question finds nothing. The next start sees to the file.
 *
 * <p>All methods are called on the loop, except {@link #stats}.
 */
public final class NodeDatabase {
  private static final Logger log = LoggerFactory.getLogger(NodeDatabase.class);

  /**
   * Nodes whose updates may be in memory; of others nothing more is noted until they are written.
   */
  public static final int MAX_WAITING = 4_096;

  /** Waiting updates that are written without waiting for the interval. */
  static final int FLUSH_AT = 1_024;

  /** Questions that may wait for the writer; more find nothing. */
  public static final int MAX_QUESTIONS = 256;

  /** As other clients do: older pongs promise too little. */
  public static final Duration SEED_MAX_AGE = Duration.ofDays(5);

  private final NodeStore store;
  private final Loop loop;
  private final Executor writer;
  private final DatabaseOptions options;
  private final Counter dropped;
  private final Counter expired;
  private final Counter evicted;
  private Map<NodeId, NodeUpdate> waiting = new LinkedHashMap<>();
  private @Nullable NodeRecord waitingLocal;
  private Loop.@Nullable Timer flushTimer;
  private Loop.@Nullable Timer sweepTimer;
  private int questions;
  private boolean sweeping;
  private boolean closed;

  /** Updates in batches that are with the writer. */
  private int withWriter;

  private volatile int unwritten;

  /** From here on: changed by the writer alone. */
  private volatile int nodes;

  private final AtomicLong batches = new AtomicLong();
  private volatile boolean working = true;

  /**
   * A database on {@code store}, which from now on only the writer touches. Called on the loop or
   * before it does anything.
   *
   * @param writer runs one task at a time, in order; outlives {@link #close}
   */
  public NodeDatabase(
      NodeStore store,
      Loop loop,
      Executor writer,
      DatabaseOptions options,
      MeterRegistry registry) {
    this.store = store;
    this.loop = loop;
    this.writer = writer;
    this.options = options;
    this.dropped =
        Counter.builder("kadlink.discovery.store.dropped")
            .description("updates of the node database not noted")
            .tag("reason", "busy")
            .register(registry);
    this.expired = removed(registry, "expired");
    this.evicted = removed(registry, "evicted");
    this.nodes = store.size();
    registry.gauge("kadlink.discovery.store.nodes", this, database -> database.nodes);
  }

  private static Counter removed(MeterRegistry registry, String reason) {
    return Counter.builder("kadlink.discovery.store.removed")
        .description("nodes removed from the node database")
        .tag("reason", reason)
        .register(registry);
  }

  /** How the database is doing. Any thread. */
  public DatabaseStats stats() {
    return new DatabaseStats(
        nodes,
        unwritten,
        batches.get(),
        (long) dropped.count(),
        (long) expired.count(),
        (long) evicted.count(),
        working);
  }

  /** It answered a ping from the contact's endpoint. A node that was not known is from now on. */
  public void answeredPing(Contact contact) {
    note(contact.id(), update -> update.answeredPing(contact, millis()));
    if (!sweeping && !closed) {
      // Only now is it sure that we are connected: a machine that was off for a day needs its seeds
      sweeping = true;
      sweepLater();
    }
  }

  /** It spoke from the contact's endpoint, verified, but not to answer a ping. */
  public void seen(Contact contact) {
    note(contact.id(), update -> update.seen(contact, millis()));
  }

  /** It did not answer a ping in time. Nothing is kept of nodes that never showed life. */
  public void missedPing(NodeId id) {
    note(id, NodeUpdate::missedPing);
  }

  /** It answered a FindNode. */
  public void answeredFindNode(NodeId id) {
    note(id, NodeUpdate::answeredFindNode);
  }

  /** It left a FindNode unanswered. */
  public void failedFindNode(NodeId id) {
    note(id, NodeUpdate::failedFindNode);
  }

  /** It was dialed. */
  public void dialed(NodeId id, boolean succeeded) {
    note(id, update -> update.dialed(succeeded));
  }

  /** A verified record of a node; kept when the node is known and the record newer. */
  public void updateRecord(NodeRecord record) {
    note(record.id(), update -> update.newer(record));
  }

  /** Forgets a node. */
  public void forget(NodeId id) {
    loop.assertInLoop();
    if (admits(id)) {
      waiting.put(id, NodeUpdate.forgetting());
      noted();
    }
  }

  /** Stores our own record, at once. */
  public void storeLocalRecord(NodeRecord record) {
    loop.assertInLoop();
    if (!closed) {
      waitingLocal = record;
      flush();
    }
  }

  /** The record that {@link #storeLocalRecord} last stored for this id. */
  public void localRecord(NodeId id, Consumer<Optional<NodeRecord>> answer) {
    ask(nodes -> nodes.localRecord(id), Optional.empty(), answer);
  }

  /** What is stored of a node. */
  public void find(NodeId id, Consumer<Optional<StoredNode>> answer) {
    ask(nodes -> nodes.find(id), Optional.empty(), answer);
  }

  /**
   * At most {@code max} nodes chosen by chance among those that answered a ping in the last {@link
   * #SEED_MAX_AGE}, at most {@value NodeStore#MAX_SEEDS_PER_SUBNET} of one network.
   */
  public void seeds(int max, RandomGenerator random, Consumer<List<StoredNode>> answer) {
    loop.assertInLoop();
    RandomGenerator ownRandom = new SplittableRandom(random.nextLong()); // used on the writer
    Instant since = loop.now().minus(SEED_MAX_AGE);
    ask(nodes -> nodes.seeds(max, since, ownRandom), List.of(), answer);
  }

  /** Everything, in the order of node ids: for tools; checks every signature, off the loop. */
  public void snapshot(Consumer<List<StoredNode>> answer) {
    ask(
        nodes -> {
          List<StoredNode> all = new ArrayList<>();
          nodes.forEach(all::add);
          return all;
        },
        List.of(),
        answer);
  }

  /** Writes everything noted and closes the store; completes when the file is closed. */
  public CompletionStage<Void> close() {
    loop.assertInLoop();
    CompletableFuture<Void> done = new CompletableFuture<>();
    if (closed) {
      writer.execute(() -> done.complete(null));
      return done;
    }
    closed = true;
    if (flushTimer != null) {
      flushTimer.cancel();
    }
    if (sweepTimer != null) {
      sweepTimer.cancel();
    }
    Runnable last = takeBatch();
    writer.execute(
        () -> {
          last.run();
          guarded(store::close);
          working = false;
          done.complete(null);
        });
    return done;
  }

  private long millis() {
    return loop.now().toEpochMilli();
  }

  private void note(NodeId id, Consumer<NodeUpdate> event) {
    loop.assertInLoop();
    if (admits(id)) {
      event.accept(waiting.computeIfAbsent(id, key -> new NodeUpdate()));
      noted();
    }
  }

  private boolean admits(NodeId id) {
    if (closed) {
      return false;
    }
    if (waiting.size() + withWriter >= MAX_WAITING && !waiting.containsKey(id)) {
      dropped.increment();
      return false;
    }
    return true;
  }

  private void noted() {
    unwritten = waiting.size() + withWriter;
    if (waiting.size() >= FLUSH_AT) {
      flush();
    } else if (flushTimer == null) {
      flushTimer =
          loop.schedule(
              options.commitInterval(),
              () -> {
                flushTimer = null;
                flush();
              });
    }
  }

  /**
   * Hands what waits to the writer, unless it has a batch; then that one's end sees to the rest.
   */
  private void flush() {
    if (withWriter == 0 && (!waiting.isEmpty() || waitingLocal != null)) {
      writer.execute(takeBatch());
    }
  }

  /** What waits, as a task for the writer. */
  private Runnable takeBatch() {
    Map<NodeId, NodeUpdate> batch = waiting;
    NodeRecord local = waitingLocal;
    waiting = new LinkedHashMap<>();
    waitingLocal = null;
    withWriter += batch.size();
    return () -> {
      guarded(() -> write(batch, local));
      loop.execute(() -> written(batch.size()));
    };
  }

  private void written(int updates) {
    withWriter -= updates;
    unwritten = waiting.size() + withWriter;
    if (closed) {
      return;
    }
    if (waitingLocal != null) {
      flush();
    }
    if (!waiting.isEmpty()) {
      noted();
    }
  }

  private <T> void ask(Function<NodeStore, T> question, T nothing, Consumer<T> answer) {
    loop.assertInLoop();
    if (closed || questions >= MAX_QUESTIONS) {
      loop.execute(() -> answer.accept(nothing));
      return;
    }
    questions++;
    Runnable before = takeBatch();
    writer.execute(
        () -> {
          before.run();
          Holder<T> found = new Holder<>(nothing);
          guarded(() -> found.value = question.apply(store));
          loop.execute(
              () -> {
                questions--;
                answer.accept(found.value);
              });
        });
  }

  private static final class Holder<T> {
    T value;

    Holder(T value) {
      this.value = value;
    }
  }

  private void sweepLater() {
    sweepTimer =
        loop.schedule(
            options.sweepPeriod(),
            () -> {
              Instant before = loop.now().minus(options.expireAfter());
              writer.execute(() -> guarded(() -> expire(before)));
              sweepLater();
            });
  }

  // From here on: on the writer.

  private void write(Map<NodeId, NodeUpdate> batch, @Nullable NodeRecord local) {
    if (batch.isEmpty() && local == null) {
      return;
    }
    batch.forEach(store::apply);
    if (local != null) {
      store.putLocalRecord(local);
    }
    int gone = store.evict(options.maxNodes());
    evicted.increment(gone);
    store.commit();
    nodes = store.size();
    batches.incrementAndGet();
  }

  private void expire(Instant before) {
    int gone = store.expire(before);
    expired.increment(gone);
    log.debug("the node database forgot {} nodes not seen since {}", gone, before);
    store.commit();
    nodes = store.size();
    batches.incrementAndGet();
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
