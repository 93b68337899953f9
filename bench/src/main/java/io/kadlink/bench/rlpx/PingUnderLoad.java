package io.kadlink.bench.rlpx;

import io.kadlink.bench.ChildProcess;
import io.kadlink.rlpx.RlpxConnection;
import io.kadlink.rlpx.wire.Priority;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.tuweni.bytes.Bytes;

/**
 * How long one peer waits for an answer while a node sends much to others: {@code PingUnderLoad
 * [SECONDS [MB_A_SECOND]]}. The node is this process; the eight others, and the one who asks, are
 * processes of their own. All share one event loop here. A question is asked every 5 ms; its answer
 * is a high-priority message. {@code -Dkadlink.bench.message-bytes=N} sends messages of N bytes to
 * the others.
 */
public final class PingUnderLoad {
  private static final int OTHERS = 8;
  private static final int MESSAGE_BYTES =
      Integer.getInteger("kadlink.bench.message-bytes", 16 * 1024);
  private static final int WARM_UP_SECONDS = 5;
  private static final long ASK_NANOS = 5_000_000;
  private static final int QUESTION_BYTES = Integer.BYTES + Long.BYTES;
  private static final String SINKS = "sinks";

  private PingUnderLoad() {}

  public static void main(String[] args) throws Exception {
    if (args.length > 2) {
      if (args[2].equals(SINKS)) {
        takeAll(args[0]);
      } else {
        ask(args[0], Integer.parseInt(args[1]));
      }
      return;
    }
    int seconds = args.length > 0 ? Integer.parseInt(args[0]) : 10;
    int most = args.length > 1 ? Integer.parseInt(args[1]) : 100;
    System.out.println("| MB/s to others, wanted | sent | answers | median ms | p99 ms | max ms |");
    System.out.println("|---|---|---|---|---|---|");
    for (int megabytes : new int[] {0, most}) {
      measure(seconds, megabytes);
    }
  }

  private static void measure(int seconds, int megabytes) throws IOException, InterruptedException {
    LinkedBlockingQueue<RlpxConnection> accepted = new LinkedBlockingQueue<>();
    try (Endpoint node = new Endpoint(1)) {
      String where = node.listen(accepted::add);
      try (ChildProcess sinks = new ChildProcess(PingUnderLoad.class, where, "0", SINKS)) {
        sinks.readLine(); // all are connected
        List<RlpxConnection> others = new ArrayList<>();
        for (int i = 0; i < OTHERS; i++) {
          RlpxConnection other = accepted.take();
          other.start((capability, id, payload) -> {});
          others.add(other);
        }
        AtomicLong sent = new AtomicLong();
        Thread sender =
            Thread.ofPlatform().daemon().start(() -> flood(others, megabytes * 1e6, sent));
        TimeUnit.SECONDS.sleep(WARM_UP_SECONDS);
        try (ChildProcess asker =
            new ChildProcess(PingUnderLoad.class, where, Integer.toString(seconds), "ask")) {
          RlpxConnection asking = accepted.take();
          asking.start(
              (capability, id, payload) -> asking.send(Endpoint.ANSWER, payload, Priority.HIGH));
          asker.readLine();
          long before = sent.get();
          long start = System.nanoTime();
          String row = asker.readLine();
          double perSecond = (sent.get() - before) * 1e3 / (System.nanoTime() - start);
          System.out.printf(Locale.ROOT, "| %d | %.0f | %s%n", megabytes, perSecond, row);
        }
        sender.interrupt();
        sender.join();
      }
    }
  }

  private static void flood(List<RlpxConnection> others, double bytesPerSecond, AtomicLong sent) {
    byte[] bytes = new byte[MESSAGE_BYTES];
    new Random(1).nextBytes(bytes);
    Bytes payload = Bytes.wrap(bytes);
    long start = System.nanoTime();
    for (int turn = 0; !Thread.currentThread().isInterrupted(); turn++) {
      while (sent.get() > (System.nanoTime() - start) / 1e9 * bytesPerSecond
          && !Thread.currentThread().isInterrupted()) {
        LockSupport.parkNanos(1_000_000);
      }
      RlpxConnection other = others.get(turn % others.size());
      if (bytesPerSecond > 0 && other.send(Endpoint.FLOOD, payload, Priority.NORMAL)) {
        sent.addAndGet(MESSAGE_BYTES);
      } else {
        LockSupport.parkNanos(1_000_000);
      }
    }
  }

  /** A child: the peers that are sent much. */
  private static void takeAll(String where) {
    try (Endpoint endpoint = new Endpoint(1)) {
      List<RlpxConnection> connections = new ArrayList<>();
      for (int i = 0; i < OTHERS; i++) {
        RlpxConnection connection = endpoint.dial(where);
        connection.start((capability, id, payload) -> {});
        connections.add(connection);
      }
      System.out.println("connected");
      connections.forEach(each -> each.closed().toCompletableFuture().join());
    }
  }

  /** A child: asks, and prints how long the answers took. */
  private static void ask(String where, int seconds) throws InterruptedException {
    int count = (int) (seconds * 1_000_000_000L / ASK_NANOS);
    int warmUp = count / 4;
    long[] tookNanos = new long[count];
    try (Endpoint endpoint = new Endpoint(1)) {
      RlpxConnection connection = endpoint.dial(where);
      CountDownLatch all = new CountDownLatch(count);
      connection.start(
          (capability, id, payload) -> {
            int number = payload.getInt(0);
            if (number >= 0) {
              tookNanos[number] = System.nanoTime() - payload.getLong(4);
              all.countDown();
            }
          });
      for (int i = -warmUp; i < count; i++) {
        if (i == 0) {
          System.out.println("begins");
        }
        Bytes question =
            Bytes.wrap(
                ByteBuffer.allocate(QUESTION_BYTES).putInt(i).putLong(System.nanoTime()).array());
        connection.send(Endpoint.ASK, question, Priority.HIGH);
        LockSupport.parkNanos(ASK_NANOS);
      }
      boolean complete = all.await(10, TimeUnit.SECONDS);
      Arrays.sort(tookNanos);
      System.out.printf(
          Locale.ROOT,
          "%d%s | %.2f | %.2f | %.2f |%n",
          count,
          complete ? "" : " (not all)",
          tookNanos[count / 2] / 1e6,
          tookNanos[count * 99 / 100] / 1e6,
          tookNanos[count - 1] / 1e6);
    }
  }
}
