package io.kadlink.protocols.eth.dev;

import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a chain's work runs on. */
interface ChainThreads extends AutoCloseable {
  /** Imports: one at a time, in order. */
  Executor imports();

  /** Checks of blocks that wait for their import. */
  Executor checks();

  /** Lets the import under way end. */
  @Override
  void close();

  /** Everything on the executor that was handed in, or on threads of its own. */
  static ChainThreads of(Optional<Executor> handedIn) {
    return handedIn.<ChainThreads>map(Given::new).orElseGet(Own::new);
  }

  /** One executor for all, which outlives the chain. */
  record Given(Executor imports) implements ChainThreads {
    @Override
    public Executor checks() {
      return imports;
    }

    @Override
    public void close() {}
  }

  /** A thread for imports, and for checks one for each processor, while there are any. */
  final class Own implements ChainThreads {
    private static final Logger LOG = LoggerFactory.getLogger(DevChain.class);
    private static final long CLOSE_SECONDS = 30;
    private static final long IDLE_SECONDS = 10;

    private final ExecutorService imports =
        Executors.newSingleThreadExecutor(task -> daemon(task, "chain"));
    private final ThreadPoolExecutor checks;

    Own() {
      int count = Runtime.getRuntime().availableProcessors();
      AtomicInteger number = new AtomicInteger();
      checks =
          new ThreadPoolExecutor(
              count,
              count,
              IDLE_SECONDS,
              TimeUnit.SECONDS,
              new LinkedBlockingQueue<>(), // bounded by the queue of blocks
              task -> daemon(task, "chain-check-" + number.incrementAndGet()));
      checks.allowCoreThreadTimeOut(true);
    }

    private static Thread daemon(Runnable task, String name) {
      Thread thread = new Thread(task, name);
      thread.setDaemon(true);
      return thread;
    }

    @Override
    public Executor imports() {
      return imports;
    }

    @Override
    public Executor checks() {
      return checks;
    }

    @Override
    public void close() {
      imports.shutdown();
      try {
        if (!imports.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
          LOG.warn("an import did not end within {} s", CLOSE_SECONDS);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      checks.shutdown();
    }
  }
}
