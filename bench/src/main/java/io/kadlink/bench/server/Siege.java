package io.kadlink.bench.server;

import io.kadlink.bench.ChildProcess;
import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeKey;
import io.kadlink.server.Peer;
import io.kadlink.server.Protocol;
import io.kadlink.server.Server;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
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
 * own: {@code Siege [STRANGERS]}. Says how long honest peers wait for an answer, who of them is
 * left, what the server's heap holds, and how many strangers came.
 */
public final class Siege {
  private static final int HONEST = 10;
  private static final Duration WINDOW = Duration.ofSeconds(5);
  private static final long ASK_EVERY_MILLIS = 5;
  private static final int WINDOWS = 2;

  private Siege() {}

  /** What strangers do once they are connected; then they wait to be closed, and come again. */
  private enum Stranger {
    /** Nobody comes. */
    NONE,
    /** Nothing. */
    SILENT,
    /** A third of a handshake packet. */
    HALF_AUTH,
    /** A whole one that is not for this node: each costs the server a point multiplication. */
    WRONG_AUTH,
    /** What was never a handshake. */
    GARBAGE;

    byte[] bytes(Random random) {
      return switch (this) {
        case NONE, SILENT -> new byte[0];
        case GARBAGE -> random(random, 1000);
        case HALF_AUTH -> Arrays.copyOf(auth(random), 140);
        case WRONG_AUTH -> auth(random);
      };
    }

    private static byte[] random(Random random, int size) {
      byte[] bytes = new byte[size];
      random.nextBytes(bytes);
      return bytes;
    }

    /** Of the right size, with a true point, and nothing else that is true. */
    private static byte[] auth(Random random) {
      int size = 400;
      byte[] packet = random(random, 2 + size);
      packet[0] = (byte) (size >>> 8);
      packet[1] = (byte) size;
      packet[2] = 4;
      byte[] point = NodeKey.generate().publicKey().bytes().toArrayUnsafe();
      System.arraycopy(point, 0, packet, 3, point.length);
      return packet;
    }
  }

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
    if (args.length == 3) {
      press(Stranger.valueOf(args[0]), Integer.parseInt(args[1]), Integer.parseInt(args[2]));
      return;
    }
    int strangers = args.length > 0 ? Integer.parseInt(args[0]) : 10_000;
    System.out.println(
        "| strangers | came a second | honest peers left | median ms | p99 ms | max ms | heap MB |");
    System.out.println("|---|---|---|---|---|---|---|");
    try (Server server =
            Server.builder()
                .host("127.0.0.1")
                .port(0)
                .discovery(false)
                .protocol(new Echo())
                .start();
        ChildProcess honest = new ChildProcess(Siege.class, server.enode().toString())) {
      honest.readLine(); // they are connected
      for (Stranger kind : Stranger.values()) {
        try (ChildProcess crowd =
            new ChildProcess(
                Siege.class,
                kind.name(),
                Integer.toString(kind == Stranger.NONE ? 0 : strangers),
                Integer.toString(server.enode().tcpPort()))) {
          crowd.readLine();
          honest.readLine(); // the window that began before them
          long came = Long.parseLong(crowd.readLine());
          for (int i = 0; i < WINDOWS; i++) {
            String waits = honest.readLine();
            long more = Long.parseLong(crowd.readLine());
            Runtime runtime = Runtime.getRuntime();
            System.out.printf(
                Locale.ROOT,
                "| %s | %d | %d | %s | %.0f |%n",
                kind.name().toLowerCase(Locale.ROOT).replace('_', ' '),
                (more - came) / WINDOW.toSeconds(),
                server.peers().size(),
                waits,
                (runtime.totalMemory() - runtime.freeMemory()) / 1e6);
            came = more;
          }
        }
      }
    }
  }

  /** A child: ten honest peers, one of which asks every few milliseconds. */
  private static void askForEver(Enode server) throws InterruptedException {
    Echo echo = new Echo();
    List<Peer> peers = new ArrayList<>();
    for (int i = 0; i < HONEST; i++) {
      Server node =
          Server.builder()
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
  private static void press(Stranger kind, int count, int port) throws InterruptedException {
    LongAdder came = new LongAdder();
    InetSocketAddress where = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    for (int i = 0; i < count; i++) {
      byte[] bytes = kind.bytes(new Random(i));
      Thread.startVirtualThread(
          () -> {
            while (true) {
              come(where, bytes, came);
            }
          });
    }
    System.out.println("here");
    while (true) {
      TimeUnit.MILLISECONDS.sleep(WINDOW.toMillis());
      System.out.println(came.sum());
    }
  }

  private static void come(InetSocketAddress where, byte[] bytes, LongAdder came) {
    try (Socket socket = new Socket()) {
      socket.connect(where, 10_000);
      came.increment();
      socket.getOutputStream().write(bytes);
      InputStream in = socket.getInputStream();
      while (in.read() >= 0) {
        // until the server closes
      }
    } catch (IOException e) {
      try {
        TimeUnit.MILLISECONDS.sleep(100); // refused; it comes again
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
