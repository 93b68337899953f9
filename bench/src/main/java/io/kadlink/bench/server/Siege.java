package io.kadlink.bench.server;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import io.kadlink.bench.ChildProcess;
import io.kadlink.identity.Enode;
import io.kadlink.server.Peer;
import io.kadlink.server.Protocol;
import io.kadlink.server.Server;
import io.micrometer.core.instrument.Counter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.apache.tuweni.bytes.Bytes;

/**
 * A server with ten honest peers while strangers press at its door, each kind from a process of its
 * own: {@code Siege [STRANGERS [KIND ...]]}. Says how long honest peers wait for an answer, who of
 * them is left, what the server's heap holds, how many strangers came, and how many got in.
 */
public final class Siege {
  private static final int HONEST = 10;
  private static final String NAME = "honest";
  private static final Duration WINDOW = Duration.ofSeconds(5);
  private static final long ASK_EVERY_MILLIS = 5;
  private static final int WINDOWS = 2;

  private Siege() {}

  /** Message 0 asks, message 1 answers. */
  private static final class Echo implements Protocol {
    private final ConcurrentLinkedQueue<Long> waits = new ConcurrentLinkedQueue<>();
    private final AtomicLong answered = new AtomicLong();

    @Override
    public String name() {
      return "echo";
    }

    @Override
    public int version() {
      return 1;
    }

    @Override
    public int messageCount() {
      return 2;
    }

    @Override
    public void message(Peer peer, int code, Bytes payload) {
      if (code == 0) {
        var unused = peer.send(this, 1, payload);
      } else {
        waits.add(System.nanoTime() - payload.getLong(0));
        answered.incrementAndGet();
      }
    }

    void ask(Peer peer) {
      var unused = peer.send(this, 0, Bytes.ofUnsignedLong(System.nanoTime()));
    }
  }

  public static void main(String[] args) throws Exception {
    if (args.length == 1 && args[0].startsWith("enode:")) {
      askForEver(Enode.parse(args[0]));
      return;
    }
    if (args.length == 3 && args[2].startsWith("enode:")) {
      press(Stranger.valueOf(args[0]), Integer.parseInt(args[1]), Enode.parse(args[2]));
      return;
    }
    int strangers = args.length > 0 ? Integer.parseInt(args[0]) : 10_000;
    List<Stranger> kinds = new ArrayList<>();
    for (int i = 1; i < args.length; i++) {
      kinds.add(Stranger.valueOf(args[i].toUpperCase(Locale.ROOT).replace('-', '_')));
    }
    besiege(strangers, kinds.isEmpty() ? List.of(Stranger.values()) : kinds);
  }

  private static void besiege(int strangers, List<Stranger> kinds) throws Exception {
    Path folder = Files.createTempDirectory("kadlink-siege-");
    System.out.println(
        "| strangers | came, got in a second | honest peers left | median ms | p99 ms | max ms | heap MB |");
    System.out.println("|---|---|---|---|---|---|---|");
    try (Server server =
            Server.builder()
                .host("127.0.0.1")
                .port(0)
                .discovery(false)
                .stateFolder(folder) // bans are written, as in a node
                .protocol(new Echo())
                .start();
        ChildProcess honest = new ChildProcess(Siege.class, server.enode().toString())) {
      honest.readLine(); // they are connected
      for (Stranger kind : kinds) {
        try (ChildProcess crowd =
            new ChildProcess(
                Siege.class,
                kind.name(),
                Integer.toString(kind == Stranger.NONE ? 0 : strangers),
                server.enode().toString())) {
          crowd.readLine();
          honest.readLine(); // the window that began before them
          long came = Long.parseLong(crowd.readLine());
          double entered = entered(server);
          for (int i = 0; i < WINDOWS; i++) {
            String waits = honest.readLine();
            long more = Long.parseLong(crowd.readLine());
            Runtime runtime = Runtime.getRuntime();
            System.out.printf(
                Locale.ROOT,
                "| %s | %d, %.0f | %d | %s | %.0f |%n",
                kind.name().toLowerCase(Locale.ROOT).replace('_', ' '),
                (more - came) / WINDOW.toSeconds(),
                (entered(server) - entered) / WINDOW.toSeconds(),
                server.peers().stream().filter(peer -> peer.clientName().equals(NAME)).count(),
                waits,
                (runtime.totalMemory() - runtime.freeMemory()) / 1e6);
            came = more;
            entered = entered(server);
          }
        }
      }
    }
    MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
  }

  /** Sessions there have been. */
  private static double entered(Server server) {
    return server.metrics().find("kadlink.disconnects").counters().stream()
            .mapToDouble(Counter::count)
            .sum()
        + server.peers().size();
  }

  /** A child: ten honest peers, one of which asks every few milliseconds. */
  private static void askForEver(Enode server) throws InterruptedException {
    Echo echo = new Echo();
    List<Peer> peers = new ArrayList<>();
    for (int i = 0; i < HONEST; i++) {
      Server node =
          Server.builder()
              .clientName(NAME)
              .listen(false)
              .discovery(false)
              .protocol(i == 0 ? echo : new Echo())
              .start();
      peers.add(node.connect(server).toCompletableFuture().join());
    }
    System.out.println("connected");
    while (true) {
      echo.waits.clear();
      long end = System.nanoTime() + WINDOW.toNanos();
      while (System.nanoTime() < end) {
        echo.ask(peers.getFirst());
        TimeUnit.MILLISECONDS.sleep(ASK_EVERY_MILLIS);
      }
      long[] sorted = echo.waits.stream().mapToLong(Long::longValue).sorted().toArray();
      System.out.println(
          sorted.length == 0
              ? "none | none | none"
              : String.format(
                  Locale.ROOT,
                  "%.2f | %.2f | %.2f",
                  sorted[sorted.length / 2] / 1e6,
                  sorted[sorted.length * 99 / 100] / 1e6,
                  sorted[sorted.length - 1] / 1e6));
    }
  }

  /** A child: strangers of one kind; prints how many came so far, once in each window. */
  private static void press(Stranger kind, int count, Enode server) throws InterruptedException {
    LongAdder came = new LongAdder();
    for (int i = 0; i < count; i++) {
      Visitor visitor = new Visitor(kind, server, new Random(i));
      Thread.startVirtualThread(
          () -> {
            while (true) {
              visitor.come(came);
            }
          });
    }
    System.out.println("here");
    while (true) {
      TimeUnit.MILLISECONDS.sleep(WINDOW.toMillis());
      System.out.println(came.sum());
    }
  }
}
