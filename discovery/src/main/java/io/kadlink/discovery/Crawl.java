package io.kadlink.discovery;

import io.kadlink.discovery.crawl.CrawlOptions;
import io.kadlink.discovery.crawl.CrawlReport;
import io.kadlink.discovery.crawl.CrawledNode;
import io.kadlink.discovery.crawl.Crawler;
import io.kadlink.discovery.crawl.NodeSet;
import io.kadlink.discovery.table.Contact;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A crawl that {@link DiscoveryService#crawl} started. Thread-safe. */
public final class Crawl {
  private final CompletableFuture<CrawlReport> done = new CompletableFuture<>();
  private final LocalDiscovery discovery;

  /** On the loop; set by the first task there. */
  private @Nullable Crawler crawler;

  Crawl(LocalDiscovery discovery, NodeSet set, List<Contact> from, CrawlOptions options) {
    this.discovery = discovery;
    onLoop(
        () -> {
          crawler = discovery.crawl(set, from, options, done::complete);
          crawler.start();
        });
  }

  /**
   * Completes with what came of it once every node was examined, at the time limit, or when
   * stopped.
   */
  public CompletionStage<CrawlReport> done() {
    return done;
  }

  /** How far it is. */
  public CompletionStage<CrawlReport> report() {
    return ask(Crawler::report);
  }

  /** The node set as it is now, sorted by id. */
  public CompletionStage<List<CrawledNode>> nodes() {
    return ask(Crawler::nodes);
  }

  /** Ends it early; what was found counts. */
  public void stop() {
    onLoop(() -> withCrawler(Crawler::stop));
  }

  private <T> CompletionStage<T> ask(Function<Crawler, T> question) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    onLoop(() -> withCrawler(started -> answer.complete(question.apply(started))));
    return answer;
  }

  private void withCrawler(Consumer<Crawler> task) {
    if (crawler != null) {
      task.accept(crawler);
    }
  }

  private void onLoop(Runnable task) {
    try {
      discovery
          .loop()
          .execute(
              () -> {
                try {
                  task.run();
                } catch (RuntimeException e) {
                  done.completeExceptionally(e);
                }
              });
    } catch (RejectedExecutionException e) {
      done.completeExceptionally(e); // the event loop was shut down
    }
  }
}
