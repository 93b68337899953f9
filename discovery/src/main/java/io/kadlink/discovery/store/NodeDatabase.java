package io.kadlink.discovery.store;

import com.google.common.collect.Comparators;
import io.kadlink.discovery.DiscoveryVersion;
import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.loop.SteadyClock;
import io.kadlink.discovery.table.Contact;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeRecord;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The node database as the discovery loop sees it. What happens to a node is noted in memory, added
 * up with what else happened to it, and written at most a {@linkplain
 * DatabaseOptions#commitInterval() commit interval} later by the writer; questions are answered
 * from the loop again, after everything noted before them was written. Neither ever waits for the
 * disk on the loop.
 *
 * <p>The writer is an executor that runs one task at a time, in order: a single thread in
 * production, {@code Runnable::run} in a simulation. At most one batch of updates is with it,
 * unless a question came.
 *
 * <p>When the store can't be written, as on a full disk, what is on it stays and is told, what is
 * new is remembered up to a bound, and each batch tries again. A file that turns out damaged is set
 * aside, and a new one begun.
 *
 * <p>All methods are called on the loop, except {@link #stats}.
 */
public final class NodeDatabase {
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

  private final StoreWriter writer;
  private final Loop loop;
  private final SteadyClock steady;
  private final DatabaseOptions options;
  private final Counter dropped;
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
    this.writer = new StoreWriter(store, loop::now, writer, options.maxNodes(), registry);
    this.loop = loop;
    this.steady = SteadyClock.of(loop);
    this.options = options;
    this.dropped =
        Counter.builder("kadlink.discovery.store.dropped")
            .description("updates of the node database not noted")
            .tag("reason", "busy")
            .register(registry);
  }

  /** How the database is doing. Any thread. */
  public DatabaseStats stats() {
    return writer.stats(unwritten, (long) dropped.count());
  }

  /** It answered a ping from the contact's endpoint. A node that was not known is from now on. */
  public void answeredPing(DiscoveryVersion version, Contact contact) {
    note(contact.id(), update -> update.answeredPing(version, contact, millis()));
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
  public void missedPing(DiscoveryVersion version, NodeId id) {
    note(id, update -> update.in(version).missedPing());
  }

  /** It answered a FindNode. */
  public void answeredFindNode(DiscoveryVersion version, NodeId id) {
    note(id, update -> update.in(version).answeredFindNode());
  }

  /** It left a FindNode unanswered. */
  public void failedFindNode(DiscoveryVersion version, NodeId id) {
    note(id, update -> update.in(version).failedFindNode());
  }

  /** It was dialed. */
  public void dialed(NodeId id, boolean succeeded) {
    note(id, update -> update.dialed(succeeded));
  }

  /** A verified record of a node; kept when the node is known and the record newer. */
  public void updateRecord(NodeRecord record) {
    note(record.id(), update -> update.newer(record));
  }

  /** Stores our own record, at once. */
  public void storeLocalRecord(NodeRecord record) {
    loop.assertInLoop();
    if (!closed) {
      waitingLocal = record;
      flush();
    }
  }

  /** What is stored of a node. */
  public void find(NodeId id, Consumer<Optional<StoredNode>> answer) {
    ask(nodes -> nodes.find(id), Optional.empty(), answer);
  }

  /**
   * The nodes whose ids follow {@code after}, or the first ones, in their order. Signatures of
   * records are checked, off the loop.
   */
  public void page(Optional<NodeId> after, int max, Consumer<List<StoredNode>> answer) {
    ask(nodes -> nodes.page(after, max), List.of(), answer);
  }

  /**
   * At most {@code max} nodes chosen by chance among those that answered a ping in the last {@link
   * #SEED_MAX_AGE}, at most {@value NodeStore#MAX_SEEDS_PER_SUBNET} of one network.
   */
  public void seeds(int max, RandomGenerator random, Consumer<List<StoredNode>> answer) {
    draw(max, statistics -> true, random, answer);
  }

  /**
   * As {@link #seeds(int, RandomGenerator, Consumer)}, for one version of the protocol: without
   * nodes that were asked in it and never answered.
   */
  public void seeds(
      DiscoveryVersion version,
      int max,
      RandomGenerator random,
      Consumer<List<StoredNode>> answer) {
    draw(max, statistics -> statistics.of(version).mayAnswer(), random, answer);
  }

  /** As {@link #seeds(int, RandomGenerator, Consumer)}, of nodes that dials have reached. */
  public void formerPeers(int max, RandomGenerator random, Consumer<List<StoredNode>> answer) {
    draw(max, statistics -> statistics.dialsSucceeded() > 0, random, answer);
  }

  private void draw(
      int max,
      Predicate<NodeStatistics> passes,
      RandomGenerator random,
      Consumer<List<StoredNode>> answer) {
    loop.assertInLoop();
    RandomGenerator ownRandom = new SplittableRandom(random.nextLong()); // used on the writer
    Instant since = loop.now().minus(SEED_MAX_AGE);
    ask(nodes -> nodes.seeds(max, since, passes, ownRandom), List.of(), answer);
  }

  /** Writes everything noted and closes the store; completes when the file is closed. */
  public CompletionStage<Void> close() {
    loop.assertInLoop();
    if (!closed) {
      closed = true;
      if (flushTimer != null) {
        flushTimer.cancel();
      }
      if (sweepTimer != null) {
        sweepTimer.cancel();
      }
      handOver();
    }
    CompletableFuture<Void> done = new CompletableFuture<>();
    writer.close(() -> done.complete(null)); // closing twice does no harm
    return done;
  }

  private long millis() {
    return loop.now().toEpochMilli();
  }

  private void note(NodeId id, Consumer<NodeUpdate> event) {
    loop.assertInLoop();
    if (closed) {
      return;
    }
    if (waiting.size() + withWriter >= MAX_WAITING && !waiting.containsKey(id)) {
      dropped.increment();
      return;
    }
    event.accept(waiting.computeIfAbsent(id, key -> new NodeUpdate()));
    noted();
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
    if (withWriter == 0) {
      handOver();
    }
  }

  private void handOver() {
    if (waiting.isEmpty() && waitingLocal == null) {
      return;
    }
    int updates = waiting.size();
    StoreWriter.Batch batch = new StoreWriter.Batch(waiting, waitingLocal);
    waiting = new LinkedHashMap<>();
    waitingLocal = null;
    withWriter += updates;
    writer.write(batch, () -> loop.execute(() -> written(updates)));
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
    handOver();
    writer.ask(
        question,
        nothing,
        found ->
            loop.execute(
                () -> {
                  questions--;
                  answer.accept(found);
                }));
  }

  private void sweepLater() {
    sweepTimer =
        loop.schedule(
            options.sweepPeriod(),
            () -> {
              writer.expire(earliest().minus(options.expireAfter()));
              sweepLater();
            });
  }

  /** A clock that was set forward does not make all nodes old. */
  private Instant earliest() {
    return Comparators.min(loop.now(), steady.instant());
  }
}
