package io.kadlink.bench.rlpx;

import io.kadlink.bench.ChildProcess;
import io.kadlink.rlpx.RlpxConnection;
import io.kadlink.rlpx.wire.Priority;
import io.kadlink.rlpx.wire.SharedCapability;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.apache.tuweni.bytes.Bytes;

/**
 * Messages a second from one process to another over a TCP socket on loopback, compressed,
 * encrypted and authenticated: {@code Throughput [SECONDS]}. What is sent can't be compressed.
 */
public final class Throughput {
  private static final int[] SIZES = {100, 1024, 16 * 1024, 128 * 1024, 1024 * 1024};
  private static final int WARM_UP_SECONDS = 4;

  private Throughput() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    if (args.length > 1) {
      send(args[0], Integer.parseInt(args[1]));
      return;
    }
    int seconds = args.length > 0 ? Integer.parseInt(args[0]) : 5;
    System.out.println(
        "| bytes a message | messages/s | MB/s | processor us a message, sender | receiver |");
    System.out.println("|---|---|---|---|---|");
    for (int size : SIZES) {
      LongAdder messages = new LongAdder();
      try (Endpoint receiver = new Endpoint(1)) {
        String where =
            receiver.listen(
                connection -> connection.start((capability, id, payload) -> messages.increment()));
        try (ChildProcess sender =
            new ChildProcess(Throughput.class, where, Integer.toString(size))) {
          sender.readLine(); // it is connected
          TimeUnit.SECONDS.sleep(WARM_UP_SECONDS);
          messages.reset();
          long start = System.nanoTime();
          long senderBefore = sender.cpu().toNanos();
          long receiverBefore = cpuNanos();
          TimeUnit.SECONDS.sleep(seconds);
          double count = messages.sum();
          double perSecond = count * 1e9 / (System.nanoTime() - start);
          System.out.printf(
              Locale.ROOT,
              "| %d | %.0f | %.0f | %.1f | %.1f |%n",
              size,
              perSecond,
              perSecond * size / 1e6,
              (sender.cpu().toNanos() - senderBefore) / count / 1000,
              (cpuNanos() - receiverBefore) / count / 1000);
        }
      }
    }
  }

  private static long cpuNanos() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toNanos();
  }

  /** The child: sends whenever there is room, until it is ended. */
  private static void send(String where, int size) throws InterruptedException {
    byte[] bytes = new byte[size];
    new Random(1).nextBytes(bytes);
    Bytes payload = Bytes.wrap(bytes);
    try (Endpoint endpoint = new Endpoint(1)) {
      RlpxConnection connection = endpoint.dial(where);
      Semaphore room = new Semaphore(0);
      connection.start(
          new RlpxConnection.Listener() {
            @Override
            public void message(SharedCapability capability, int id, Bytes ignored) {}

            @Override
            public void writable(SharedCapability capability) {
              room.release();
            }
          });
      System.out.println("connected");
      CompletableFuture<?> over = connection.closed().toCompletableFuture();
      while (!over.isDone()) {
        if (!connection.send(Endpoint.FLOOD, payload, Priority.NORMAL)) {
          boolean unused = room.tryAcquire(1, TimeUnit.SECONDS);
        }
      }
    }
  }
}
