package io.kadlink.protocols.eth.dev;

import io.kadlink.protocols.eth.chain.Block;
import io.kadlink.protocols.eth.chain.ImportResult;
import io.kadlink.protocols.eth.chain.Receipt;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.tuweni.bytes.Bytes32;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes blocks from any thread and imports them on one, in order. Blocks that wait together are
 * committed together, which is what makes a long import quick; answers are given after the commit.
 */
final class ImportQueue {
  private static final Logger LOG = LoggerFactory.getLogger(ImportQueue.class);

  /** Blocks in one commit at most: what a crash can lose, and what others wait for. */
  private static final int MAX_BATCH = 512;

  /** Bytes in one commit, as soon as they are reached. */
  private static final long MAX_BATCH_BYTES = 8 << 20;

  /** Blocks that may wait; whoever sends more without waiting for answers is told so. */
  static final int MAX_WAITING = 4_096;

  private final Executor executor;
  private final BlockImporter importer;
  private final BlockImporter.CommitListener listener;
  private final BlockChecks checks;
  private final ChainMetrics metrics;
  private final Queue<Task<?>> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waitingCount = new AtomicInteger();
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private volatile boolean closed;
  private volatile boolean unwritten;

  private record Task<R>(
      Function<BlockImporter, R> work, Consumer<R> counter, CompletableFuture<R> answer) {
    /** Does it; what comes back is to be run once it is committed. */
    Runnable run(BlockImporter importer) {
      R result;
      try {
        result = work.apply(importer);
      } catch (BlockImporter.StateGoneException e) {
        return () -> answer.completeExceptionally(e);
      }
      return () -> {
        counter.accept(result);
        answer.complete(result);
      };
    }
  }

  ImportQueue(
      Executor executor,
      BlockImporter importer,
      BlockImporter.CommitListener listener,
      BlockChecks checks,
      ChainMetrics metrics) {
    this.executor = executor;
    this.importer = importer;
    this.listener = listener;
    this.checks = checks;
    this.metrics = metrics;
  }

  CompletionStage<ImportResult> add(Block block) {
    return enqueue(
        () -> {
          CompletableFuture<Optional<String>> fault = checks.begin(block);
          return importer -> importer.add(block, fault::join);
        },
        metrics::count);
  }

  CompletionStage<ForkChoice.Outcome> choose(ForkChoice choice) {
    return enqueue(() -> importer -> importer.choose(choice), outcome -> {});
  }

  CompletionStage<Boolean> keep(Bytes32 hash, List<Receipt> receipts) {
    return enqueue(() -> importer -> importer.keep(hash, receipts), known -> {});
  }

  /**
   * Has work done.
   *
   * @param begun called when it may wait in the queue
   */
  private <R> CompletionStage<R> enqueue(
      Supplier<Function<BlockImporter, R>> begun, Consumer<R> counter) {
    CompletableFuture<R> answer = new CompletableFuture<>();
    if (closed) {
      answer.completeExceptionally(new IllegalStateException("the chain is closed"));
    } else if (waitingCount.incrementAndGet() > MAX_WAITING) {
      waitingCount.decrementAndGet();
      answer.completeExceptionally(
          new RejectedExecutionException(MAX_WAITING + " blocks wait for import already"));
    } else {
      waiting.add(new Task<>(begun.get(), counter, answer));
      schedule();
    }
    return answer;
  }

  private void schedule() {
    if (scheduled.compareAndSet(false, true)) {
      try {
        executor.execute(this::drain);
      } catch (RejectedExecutionException e) {
        failAll(new IllegalStateException("the chain is closed", e));
      }
    }
  }

  private void drain() {
    try {
      importBatch();
    } finally {
      scheduled.set(false);
      if (!waiting.isEmpty()) {
        schedule();
      }
    }
  }

  private void importBatch() {
    List<Task<?>> batch = new ArrayList<>();
    List<Runnable> answers = new ArrayList<>();
    try {
      Task<?> task;
      while (batch.size() < MAX_BATCH
          && importer.uncommittedBytes() < MAX_BATCH_BYTES
          && !closed
          && (task = waiting.poll()) != null) {
        waitingCount.decrementAndGet();
        batch.add(task);
        answers.add(task.run(importer));
      }
      if (closed) {
        failAll(new IllegalStateException("the chain is closed"));
      }
      if (batch.isEmpty()) {
        return;
      }
      importer.commit(listener);
      written();
      answers.forEach(Runnable::run);
    } catch (RuntimeException e) {
      failed(e);
      importer.rollback();
      batch.forEach(each -> each.answer().completeExceptionally(e));
    }
  }

  /** A full disk is said once, however many blocks come meanwhile. */
  private void failed(RuntimeException e) {
    Optional<String> why = ChainStore.writingFailed(e);
    if (why.isEmpty()) {
      LOG.error("import failed; nothing of this batch is stored", e);
    } else if (!unwritten) {
      unwritten = true;
      LOG.error(
          "the chain can't be written: {}. It stays at its last block, and all else goes on; make"
              + " room on the disk of the data directory: each new block tries again",
          why.get());
    }
  }

  private void written() {
    if (unwritten) {
      unwritten = false;
      LOG.info("the chain is written again");
    }
  }

  /** Whether the latest blocks could not be written. Any thread. */
  boolean unwritten() {
    return unwritten;
  }

  private void failAll(RuntimeException cause) {
    Task<?> task;
    while ((task = waiting.poll()) != null) {
      waitingCount.decrementAndGet();
      task.answer().completeExceptionally(cause);
    }
  }

  /** Refuses new blocks; the batch under way ends, those behind it fail. */
  void close() {
    if (!closed) {
      closed = true;
      schedule();
    }
  }
}
