package io.kadlink.cli;

import io.kadlink.discovery.Crawl;
import io.kadlink.discovery.crawl.CrawlReport;
import io.kadlink.discovery.crawl.CrawledNode;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Watches a crawl from the command's thread: says how far it is, saves the set now and then, and
 * ends it in order when the process is told to stop.
 */
final class CrawlWatch {
  private static final Duration REPORT_PERIOD = Duration.ofSeconds(2);

  /** A killed process loses no more than this. */
  private static final Duration SAVE_PERIOD = Duration.ofMinutes(1);

  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(10);

  private final Crawl crawl;
  private final Optional<Path> file;
  private final PrintWriter err;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread stop = new Thread(this::stop, "stop");
  private List<CrawledNode> nodes = List.of();

  CrawlWatch(Crawl crawl, Optional<Path> file, PrintWriter err) {
    this.crawl = crawl;
    this.file = file;
    this.err = err;
    Runtime.getRuntime().addShutdownHook(stop);
  }

  /**
   * Waits for the end of the crawl, saves the set, and returns what came of it.
   *
   * @throws CommandFailure when nobody answered: then the file is left as it was, since a set of
   *     nodes that are all silent tells more of our own network than of theirs
   */
  CrawlReport untilDone(Duration limit) {
    CrawlReport report = watch(System.nanoTime() + limit.plus(ANSWER_LIMIT).toNanos());
    nodes = Waiting.on(crawl.nodes(), ANSWER_LIMIT, "The crawl does not answer");
    say(report);
    if (report.added() + report.updated() + report.recent() + report.withoutRecord() == 0) {
      end();
      throw new CommandFailure(
          "None of "
              + report.seen()
              + " nodes answered"
              + file.map(path -> "; " + path + " is left as it was").orElse(""));
    }
    file.ifPresent(path -> NodesFile.write(path, nodes));
    return report;
  }

  /** What was found. */
  List<CrawledNode> nodes() {
    return nodes;
  }

  /** Everything is saved and said: a process that was told to stop may end. */
  void end() {
    ended.countDown();
    try {
      var unused = Runtime.getRuntime().removeShutdownHook(stop);
    } catch (IllegalStateException e) {
      return; // the process is ending, and the hook has done its part
    }
  }

  private CrawlReport watch(long endNanos) {
    long saveAt = System.nanoTime() + SAVE_PERIOD.toNanos();
    while (true) {
      try {
        return crawl
            .done()
            .toCompletableFuture()
            .get(REPORT_PERIOD.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        say(Waiting.on(crawl.report(), ANSWER_LIMIT, "The crawl does not answer"));
      } catch (ExecutionException e) {
        throw new CommandFailure("The crawl failed: " + e.getCause(), e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new CommandFailure("interrupted", e);
      }
      long now = System.nanoTime();
      if (now - endNanos > 0) {
        throw new CommandFailure("The crawl does not end");
      }
      if (now - saveAt > 0) {
        save();
        saveAt = now + SAVE_PERIOD.toNanos();
      }
    }
  }

  private void save() {
    file.ifPresent(
        path ->
            NodesFile.write(
                path, Waiting.on(crawl.nodes(), ANSWER_LIMIT, "The crawl does not answer")));
  }

  private void say(CrawlReport report) {
    err.printf(
        "%s: %d nodes seen, %d added, %d updated, %d silent, %d waiting, %d asked now; %d in the set%n",
        Durations.text(report.took()),
        report.seen(),
        report.added(),
        report.updated(),
        report.silent(),
        report.waiting(),
        report.running(),
        report.setSize());
    err.flush();
  }

  /** The process was told to stop: what was found is saved by the command's thread meanwhile. */
  private void stop() {
    crawl.stop();
    try {
      var unused = ended.await(ANSWER_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
