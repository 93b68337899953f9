package io.kadlink.bench.discovery;

import io.kadlink.discovery.Crawl;
import io.kadlink.discovery.DiscoveryOptions;
import io.kadlink.discovery.DiscoveryService;
import io.kadlink.discovery.crawl.CrawlOptions;
import io.kadlink.discovery.crawl.CrawlReport;
import io.kadlink.discovery.crawl.NodeSet;
import io.kadlink.discovery.table.Contact;
import io.kadlink.identity.NodeKey;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Whether memory grows while nodes come and go and a crawl runs without end: {@code DiscoverySoak
 * [MINUTES [NODES]]}, all in one JVM with a heap of 128 MiB ({@code -Xmx128m}). Every two seconds
 * one of the nodes, which speak both protocols on loopback, vanishes and a new one with another key
 * takes its place. One more node, with a node database, crawls again and again into one set. Prints
 * a row a minute.
 */
public final class DiscoverySoak {
  private static final Duration TICK = Duration.ofSeconds(2);
  private static final CrawlOptions CRAWL =
      new CrawlOptions(50, Duration.ofMinutes(5), Duration.ofSeconds(10));
  private static final double BYTES_PER_MB = 1e6;
  private static final double KB_PER_MB = 1e3;

  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(
          1, Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
  private final SplittableRandom random = new SplittableRandom(1);
  private final List<DiscoveryService> nodes = new ArrayList<>();
  private final DiscoveryService bootnode;
  private final DiscoveryService crawler;
  private final NodeSet set = new NodeSet();
  private Crawl crawl;
  private @Nullable CrawlReport last;
  private int crawls;
  private int replaced;

  private DiscoverySoak(Path folder, int count) throws InterruptedException, ExecutionException {
    bootnode = start(builder -> builder);
    crawler = start(builder -> joining(builder).database(folder.resolve("nodes.mv")));
    for (int i = 0; i < count; i++) {
      nodes.add(start(this::joining));
    }
    crawl = crawl();
  }

  private Crawl crawl() {
    Contact from = Contact.of(bootnode.localRecord(), bootnode.localAddress());
    return crawler.crawl(set, List.of(from), CRAWL);
  }

  public static void main(String[] args)
      throws IOException, InterruptedException, ExecutionException {
    Duration span = Duration.ofMinutes(args.length > 0 ? Integer.parseInt(args[0]) : 30);
    int count = args.length > 1 ? Integer.parseInt(args[1]) : 60;
    Path folder = Files.createTempDirectory("kadlink-soak");
    new DiscoverySoak(folder, count).run(span);
    System.exit(0);
  }

  private void run(Duration span) throws IOException, InterruptedException, ExecutionException {
    System.out.println(
        "| minute | heap MB | resident MB | threads | files | nodes replaced | crawls | in the set"
            + " | silent in the last crawl |");
    System.out.println("|---|---|---|---|---|---|---|---|---|");
    long start = System.nanoTime();
    for (int minute = 1; minute <= span.toMinutes(); minute++) {
      while (System.nanoTime() - start < TimeUnit.MINUTES.toNanos(minute)) {
        LockSupport.parkNanos(TICK.toNanos());
        replaceOne();
        crawlAgain();
      }
      print(minute);
    }
  }

  private DiscoveryOptions.Builder joining(DiscoveryOptions.Builder options) {
    return options.bootnode(bootnode.localRecord());
  }

  private DiscoveryService start(UnaryOperator<DiscoveryOptions.Builder> options)
      throws InterruptedException, ExecutionException {
    DiscoveryOptions.Builder builder =
        DiscoveryOptions.builder(NodeKey.generate(), group.next()).tcpPort(30303);
    return DiscoveryService.start(options.apply(builder).build()).toCompletableFuture().get();
  }

  private void replaceOne() throws InterruptedException, ExecutionException {
    nodes.remove(random.nextInt(nodes.size())).close();
    nodes.add(start(this::joining));
    replaced++;
  }

  private void crawlAgain() {
    var done = crawl.done().toCompletableFuture();
    if (done.isDone()) {
      last = done.join();
      crawls++;
      crawl = crawl();
    }
  }

  private void print(int minute) throws IOException {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    CrawlReport report = last;
    System.out.printf(
        Locale.ROOT,
        "| %d | %.1f | %.0f | %d | %d | %d | %d | %d | %d |%n",
        minute,
        (runtime.totalMemory() - runtime.freeMemory()) / BYTES_PER_MB,
        residentKb() / KB_PER_MB,
        Thread.activeCount(),
        openFiles(),
        replaced,
        crawls,
        report == null ? 0 : report.setSize(),
        report == null ? 0 : report.silent());
    System.out.flush();
  }

  private static long residentKb() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    return 0;
  }

  private static long openFiles() throws IOException {
    try (var files = Files.list(Path.of("/proc/self/fd"))) {
      return files.count();
    }
  }
}
