package io.kadlink.bench.server;

import io.kadlink.bench.ChildProcess;
import io.kadlink.identity.Enode;
import io.kadlink.identity.crypto.Keccak256;
import io.kadlink.rlpx.wire.Priority;
import io.kadlink.server.Peer;
import io.kadlink.server.Protocol;
import io.kadlink.server.Server;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.rlp.RLP;

/**
 * How long one peer waits for an answer while another sends large messages to the same protocol:
 * {@code LargeMessages [SECONDS]}. Two come a second, each almost 16 MiB of RLP, a list of strings
 * of which each is hashed, as transactions are; by turns on the protocol's loop and elsewhere. What
 * is hashed is not kept, so that no pause is the garbage collector's. The server is this process,
 * the one who sends and the one who asks every 5 ms are processes of their own.
 */
public final class LargeMessages {
  private static final int LIST = 0;
  private static final int ASK = 1;
  private static final int ANSWER = 2;
  private static final int ITEM_BYTES = 1024;
  private static final int ITEMS = (16 << 20) / (ITEM_BYTES + 3);
  private static final long ASK_NANOS = 5_000_000;
  private static final long SEND_NANOS = 500_000_000;
  private static final int WARM_UP_SECONDS = 15;
  private static final String SEND = "send";

  private LargeMessages() {}

  /** Decodes lists, answers questions, and tells of answers. */
  private static final class Lists implements Protocol {
    private final boolean elsewhere;
    private final AtomicInteger decoded = new AtomicInteger();
    private final AtomicLong decodingNanos = new AtomicLong();
    private final long[] tookNanos;
    private final CountDownLatch answers;

    Lists(boolean elsewhere, int questions) {
      this.elsewhere = elsewhere;
      this.tookNanos = new long[questions];
      this.answers = new CountDownLatch(questions);
    }

    @Override
    public String name() {
      return "lists";
    }

    @Override
    public int version() {
      return 1;
    }

    @Override
    public int messageCount() {
      return 3;
    }

    @Override
    public Priority priority(int code) {
      return code == LIST ? Priority.LOW : Priority.HIGH;
    }

    @Override
    public Decoded decodeLarge(Peer peer, int code, Bytes payload) {
      if (!elsewhere) {
        return () -> handle(peer, code, payload);
      }
      int items = decode(payload);
      return () -> took(items);
    }

    @Override
    public void message(Peer peer, int code, Bytes payload) {
      switch (code) {
        case LIST -> took(decode(payload));
        case ASK -> peer.send(this, ANSWER, payload);
        default -> {
          int number = payload.getInt(0);
          if (number >= 0) {
            tookNanos[number] = System.nanoTime() - payload.getLong(Integer.BYTES);
            answers.countDown();
          }
        }
      }
    }

    private CompletionStage<?> took(int items) {
      if (items == ITEMS) {
        decoded.incrementAndGet();
      }
      return CompletableFuture.completedStage(null);
    }

    private int decode(Bytes payload) {
      long start = System.nanoTime();
      int items =
          RLP.decodeList(
              payload,
              list -> {
                int count = 0;
                while (!list.isComplete()) {
                  Keccak256.hash(list.readValue().toArrayUnsafe());
                  count++;
                }
                return count;
              });
      decodingNanos.addAndGet(System.nanoTime() - start);
      return items;
    }
  }

  public static void main(String[] args) throws IOException, InterruptedException {
    if (args.length == 3) {
      child(Enode.parse(args[0]), Integer.parseInt(args[1]), args[2].equals(SEND));
      return;
    }
    int seconds = args.length > 0 ? Integer.parseInt(args[0]) : 20;
    System.out.println(
        "| decoded | large messages a second | ms each | questions | median ms | p99 ms | max ms |");
    System.out.println("|---|---|---|---|---|---|---|");
    for (boolean elsewhere : new boolean[] {false, true, false, true}) {
      measure(elsewhere, seconds);
    }
  }

  private static void measure(boolean elsewhere, int seconds)
      throws IOException, InterruptedException {
    Lists lists = new Lists(elsewhere, 0);
    try (Server server =
        Server.builder().host("127.0.0.1").port(0).discovery(false).protocol(lists).start()) {
      String where = server.enode().toString();
      String length = Integer.toString(seconds);
      try (ChildProcess sender = new ChildProcess(LargeMessages.class, where, length, SEND)) {
        sender.readLine(); // it begins
        TimeUnit.SECONDS.sleep(WARM_UP_SECONDS);
        try (ChildProcess asker = new ChildProcess(LargeMessages.class, where, length, "ask")) {
          asker.readLine(); // it begins
          int before = lists.decoded.get();
          long nanosBefore = lists.decodingNanos.get();
          long start = System.nanoTime();
          String row = asker.readLine();
          int count = lists.decoded.get() - before;
          double perSecond = count * 1e9 / (System.nanoTime() - start);
          double each = (lists.decodingNanos.get() - nanosBefore) / 1e6 / count;
          System.out.printf(
              Locale.ROOT,
              "| %s | %.1f | %.1f | %s%n",
              elsewhere ? "elsewhere" : "on the loop",
              perSecond,
              each,
              row);
        }
      }
    }
  }

  private static void child(Enode node, int seconds, boolean sends) throws InterruptedException {
    int count = (int) (seconds * 1_000_000_000L / ASK_NANOS);
    Lists lists = new Lists(true, count);
    try (Server server = Server.builder().listen(false).discovery(false).protocol(lists).start()) {
      Peer peer = server.connect(node).toCompletableFuture().join();
      if (sends) {
        send(peer, lists);
      } else {
        ask(peer, lists, count);
      }
    }
  }

  private static void send(Peer peer, Lists lists) {
    byte[] item = new byte[ITEM_BYTES];
    Random random = new Random(1);
    Bytes payload =
        RLP.encodeList(
            writer -> {
              for (int i = 0; i < ITEMS; i++) {
                random.nextBytes(item);
                writer.writeByteArray(item);
              }
            });
    System.out.println("begins");
    while (true) {
      peer.send(lists, LIST, payload);
      LockSupport.parkNanos(SEND_NANOS);
    }
  }

  private static void ask(Peer peer, Lists lists, int count) throws InterruptedException {
    int warmUp = count / 4;
    for (int i = -warmUp; i < count; i++) {
      if (i == 0) {
        System.out.println("begins");
      }
      ByteBuffer question = ByteBuffer.allocate(Integer.BYTES + Long.BYTES);
      peer.send(lists, ASK, Bytes.wrap(question.putInt(i).putLong(System.nanoTime()).array()));
      LockSupport.parkNanos(ASK_NANOS);
    }
    boolean complete = lists.answers.await(20, TimeUnit.SECONDS);
    long[] took = lists.tookNanos;
    Arrays.sort(took);
    System.out.printf(
        Locale.ROOT,
        "%d%s | %.2f | %.2f | %.2f |%n",
        count,
        complete ? "" : " (not all)",
        took[count / 2] / 1e6,
        took[count * 99 / 100] / 1e6,
        took[count - 1] / 1e6);
  }
}
