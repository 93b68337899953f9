package io.kadlink.bench.eth;

import com.google.common.base.Splitter;
import io.kadlink.bench.ChildProcess;
import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeKey;
import io.kadlink.protocols.eth.Eth;
import io.kadlink.protocols.eth.chain.Chain;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.chain.TransactionPayload;
import io.kadlink.protocols.eth.dev.DevAccounts;
import io.kadlink.protocols.eth.dev.DevChain;
import io.kadlink.protocols.eth.dev.DevChainOptions;
import io.kadlink.protocols.eth.wire.EthCodec;
import io.kadlink.protocols.eth.wire.EthMessage;
import io.kadlink.protocols.eth.wire.EthMessage.GetBlockHeaders;
import io.kadlink.protocols.eth.wire.EthMessage.GetPooledTransactions;
import io.kadlink.protocols.eth.wire.EthMessage.NewPooledTransactionHashes;
import io.kadlink.protocols.eth.wire.EthMessage.PooledTransactions;
import io.kadlink.protocols.eth.wire.EthMessage.TransactionAnnouncement;
import io.kadlink.protocols.eth.wire.EthMessage.Transactions;
import io.kadlink.protocols.eth.wire.EthVersion;
import io.kadlink.protocols.eth.wire.MessageCode;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.server.Peer;
import io.kadlink.server.Protocol;
import io.kadlink.server.Server;
import io.micrometer.core.instrument.Counter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.units.bigints.UInt256;

/**
 * A server with the built-in dev chain while ten peers flood it with transactions, from a process
 * of their own; whoever is thrown out comes back as another node. Says how long an honest peer
 * waits for a header, what the heap holds after a collection, the most it held, and what became of
 * the flood: {@code TransactionSiege [KIND ...]}.
 */
public final class TransactionSiege {
  private static final int ATTACKERS = 10;
  private static final Duration WINDOW = Duration.ofSeconds(5);
  private static final long ASK_EVERY_MILLIS = 5;
  private static final EthVersion VERSION = EthVersion.ETH_69;

  /** What the flood is made of. */
  private enum Kind {
    NONE,
    /** Hashes of what does not exist, 4,096 at a time. */
    ANNOUNCED,
    /** Transfers of a hundred funded accounts, 500 at a time. */
    PAID,
    /** Transfers of an account that has nothing, 2,500 at a time. */
    UNPAID,
    /** The same with data, 9 MiB at a time. */
    DATA,
    /** The same transfer 2,500 times. */
    SAME,
    /** Questions for what was sent before. */
    QUESTIONS
  }

  private TransactionSiege() {}

  public static void main(String[] args) throws Exception {
    if (args.length == 2 && args[1].startsWith("enode:")) {
      Enode server = Enode.parse(args[1]);
      if (args[0].equals("honest")) {
        askForEver(server);
      } else {
        flood(Kind.valueOf(args[0]), server);
      }
      return;
    }
    System.out.println(
        "| flood | median ms | p99 ms | max ms | heap MB after collection, most | pool | judged/s | sessions ended |");
    System.out.println("|---|---|---|---|---|---|---|---|");
    for (Kind kind : Kind.values()) {
      if (args.length == 0 || List.of(args).contains(kind.name().toLowerCase(Locale.ROOT))) {
        besiege(kind);
      }
    }
  }

  private static void besiege(Kind kind) throws Exception {
    try (DevChain chain = DevChain.open(DevChainOptions.devChain());
        Server server =
            Server.builder()
                .host("127.0.0.1")
                .port(0)
                .discovery(false)
                .protocols(new Eth(chain).protocols().toArray(Protocol[]::new))
                .start();
        ChildProcess honest =
            new ChildProcess(TransactionSiege.class, "honest", server.enode().toString());
        ChildProcess crowd =
            new ChildProcess(TransactionSiege.class, kind.name(), server.enode().toString())) {
      honest.readLine(); // connected
      crowd.readLine(); // ready
      long began = System.nanoTime();
      waitsAfter(honest, began); // they come in
      began = System.nanoTime();
      double judged = judged(server);
      double ended = ended(server);
      String waits = waitsAfter(honest, began);
      double seconds = WINDOW.toSeconds();
      judged = judged(server) - judged;
      ended = ended(server) - ended;
      long most =
          ManagementFactory.getMemoryPoolMXBeans().stream()
              .filter(pool -> pool.getType() == MemoryType.HEAP)
              .mapToLong(pool -> pool.getPeakUsage().getUsed())
              .sum();
      System.gc();
      Chain any = chain;
      System.out.printf(
          Locale.ROOT,
          "| %s | %s | %.0f, %.0f | %d | %.0f | %.0f |%n",
          kind.name().toLowerCase(Locale.ROOT),
          waits,
          ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / 1e6,
          most / 1e6,
          any.pool().size(),
          judged / seconds,
          ended);
    }
  }

  /** Of the first window that began after this. */
  private static String waitsAfter(ChildProcess honest, long nanos) throws IOException {
    while (true) {
      List<String> line = Splitter.on(';').splitToList(honest.readLine());
      if (Long.parseLong(line.getFirst()) >= nanos) {
        return line.getLast();
      }
    }
  }

  private static double judged(Server server) {
    return count(server, "kadlink.eth.transactions.received");
  }

  private static double ended(Server server) {
    return count(server, "kadlink.eth.peers.dropped");
  }

  private static double count(Server server, String name) {
    return server.metrics().find(name).counters().stream().mapToDouble(Counter::count).sum();
  }

  /** Speaks eth as far as saying the other's Status back to it. */
  private static class Mirror implements Protocol {
    @Override
    public String name() {
      return "eth";
    }

    @Override
    public int version() {
      return VERSION.number();
    }

    @Override
    public int messageCount() {
      return VERSION.messageCount();
    }

    @Override
    public void message(Peer peer, int code, Bytes payload) {
      if (code == MessageCode.STATUS) {
        peer.send(this, code, payload);
      } else if (code == MessageCode.GET_POOLED_TRANSACTIONS) {
        long id = ((GetPooledTransactions) EthCodec.decode(VERSION, code, payload)).requestId();
        say(peer, new PooledTransactions(id, List.of()));
      }
    }

    boolean say(Peer peer, EthMessage message) {
      return peer.send(this, message.code(), EthCodec.encode(VERSION, message));
    }
  }

  /** A child: asks for the genesis header every few milliseconds. */
  private static void askForEver(Enode server) throws Exception {
    ConcurrentLinkedQueue<Long> waits = new ConcurrentLinkedQueue<>();
    Mirror mirror =
        new Mirror() {
          @Override
          public void message(Peer peer, int code, Bytes payload) {
            if (code == MessageCode.BLOCK_HEADERS) {
              waits.add(System.nanoTime() - EthCodec.requestId(code, payload));
            } else {
              super.message(peer, code, payload);
            }
          }
        };
    try (Server node = Server.builder().listen(false).discovery(false).protocol(mirror).start()) {
      Peer peer = node.connect(server).toCompletableFuture().join();
      TimeUnit.SECONDS.sleep(1);
      System.out.println("connected");
      while (true) {
        waits.clear();
        long began = System.nanoTime(); // the same clock in all processes of a machine
        long end = began + WINDOW.toNanos();
        while (System.nanoTime() < end) {
          mirror.say(
              peer,
              new GetBlockHeaders(System.nanoTime(), new GetBlockHeaders.AtNumber(0), 1, 0, false));
          TimeUnit.MILLISECONDS.sleep(ASK_EVERY_MILLIS);
        }
        long[] sorted = waits.stream().mapToLong(Long::longValue).sorted().toArray();
        System.out.print(began + ";");
        System.out.println(
            sorted.length == 0
                ? "none | none | none"
                : String.format(
                    Locale.ROOT,
                    "%.1f | %.1f | %.1f",
                    sorted[sorted.length / 2] / 1e6,
                    sorted[sorted.length * 99 / 100] / 1e6,
                    sorted[sorted.length - 1] / 1e6));
      }
    }
  }

  /** A child: the attackers. */
  private static void flood(Kind kind, Enode server) throws InterruptedException {
    List<List<EthMessage>> messages = new ArrayList<>();
    for (int i = 0; i < ATTACKERS; i++) {
      messages.add(messages(kind, i));
    }
    System.out.println("ready");
    for (int i = 0; i < ATTACKERS && kind != Kind.NONE; i++) {
      List<EthMessage> own = messages.get(i);
      Thread.ofPlatform().daemon().start(() -> attackForEver(own, server));
    }
    TimeUnit.DAYS.sleep(1);
  }

  private static void attackForEver(List<EthMessage> messages, Enode server) {
    while (true) {
      boolean[] over = new boolean[1];
      Mirror mirror =
          new Mirror() {
            @Override
            public void disconnected(Peer peer, DisconnectReason reason) {
              over[0] = true;
            }
          };
      try (Server node = Server.builder().listen(false).discovery(false).protocol(mirror).start()) {
        Peer peer = node.connect(server).toCompletableFuture().get();
        TimeUnit.MILLISECONDS.sleep(300);
        for (int i = 0; !over[0]; i++) {
          if (!mirror.say(peer, messages.get(i % messages.size()))) {
            TimeUnit.MILLISECONDS.sleep(5);
          }
        }
      } catch (ExecutionException | InterruptedException refused) {
        // Comes back at once.
      }
    }
  }

  private static List<EthMessage> messages(Kind kind, int attacker) {
    NodeKey poor = NodeKey.of(Bytes32.leftPad(Bytes.of(0x55, attacker)));
    return switch (kind) {
      case NONE -> List.of();
      case ANNOUNCED -> announced(attacker);
      case PAID ->
          IntStream.range(0, 10)
              .<EthMessage>mapToObj(
                  part -> transfers(DevAccounts.key(10 * attacker + part), 0, 500, 0))
              .toList();
      case UNPAID -> List.of(transfers(poor, 0, 2500, 0), transfers(poor, 2500, 5000, 0));
      case DATA -> List.of(transfers(poor, 0, 75, 120 << 10));
      case SAME ->
          List.of(
              new Transactions(
                  Collections.nCopies(2500, transfer(DevAccounts.key(attacker), 0, 0))));
      case QUESTIONS -> {
        Transactions sent = transfers(DevAccounts.key(attacker), 0, 40, 100 << 10);
        yield List.of(
            sent,
            new GetPooledTransactions(
                1, sent.transactions().stream().map(Transaction::hash).toList()));
      }
    };
  }

  private static List<EthMessage> announced(int attacker) {
    Random random = new Random(attacker);
    List<EthMessage> messages = new ArrayList<>();
    for (int part = 0; part < 50; part++) {
      messages.add(
          new NewPooledTransactionHashes(
              IntStream.range(0, 4096)
                  .mapToObj(i -> new TransactionAnnouncement(2, 110, Bytes32.random(random)))
                  .toList()));
    }
    return messages;
  }

  private static Transactions transfers(NodeKey key, int from, int to, int dataBytes) {
    return new Transactions(
        IntStream.range(from, to).mapToObj(nonce -> transfer(key, nonce, dataBytes)).toList());
  }

  private static Transaction transfer(NodeKey key, long nonce, int dataBytes) {
    return Transaction.sign(
        new TransactionPayload.DynamicFee(
            UInt256.valueOf(1337),
            nonce,
            UInt256.valueOf(1_000_000_000),
            UInt256.valueOf(20_000_000_000L),
            dataBytes == 0 ? 21_000 : 6_000_000,
            Optional.of(DevAccounts.address(1)),
            UInt256.ONE,
            Bytes.wrap(new byte[dataBytes]),
            List.of()),
        key);
  }
}
