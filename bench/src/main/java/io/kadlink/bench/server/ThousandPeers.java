package io.kadlink.bench.server;

import io.kadlink.bench.ChildProcess;
import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeKey;
import io.kadlink.rlpx.NettyRlpx;
import io.kadlink.rlpx.RlpxConnection;
import io.kadlink.rlpx.RlpxOptions;
import io.kadlink.rlpx.Transport;
import io.kadlink.rlpx.wire.Capability;
import io.kadlink.server.Peer;
import io.kadlink.server.Protocol;
import io.kadlink.server.Server;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.tuweni.bytes.Bytes;

/**
 * Many idle peers of one server: {@code ThousandPeers [PEERS [SECONDS]]}. Each is a real session
 * with a key of its own, dialed from another process over loopback. Says how long it takes to have
 * them all, what each costs in memory, and what they cost in processor time while they only ping.
 */
public final class ThousandPeers {
  /** Dials at a time: half of what a server lets in before they have said Hello. */
  private static final int DIALS = 128;

  private static final int IO_THREADS = 2;
  private static final Capability IDLE = new Capability("idle", 1);

  private ThousandPeers() {}

  /** Says nothing. */
  private static final class Idle implements Protocol {
    @Override
    public String name() {
      return IDLE.name();
    }

    @Override
    public int version() {
      return IDLE.version();
    }

    @Override
    public int messageCount() {
      return 1;
    }

    @Override
    public void message(Peer peer, int code, Bytes payload) {}
  }

  public static void main(String[] args) throws IOException, InterruptedException {
    if (args.length == 2 && args[0].startsWith("enode:")) {
      dial(Enode.parse(args[0]), Integer.parseInt(args[1]));
      return;
    }
    int peers = args.length > 0 ? Integer.parseInt(args[0]) : 1000;
    int seconds = args.length > 1 ? Integer.parseInt(args[1]) : 60;
    try (Server server =
        Server.builder()
            .host("127.0.0.1")
            .port(0)
            .discovery(false)
            .maxPeers(peers)
            .protocol(new Idle())
            .start()) {
      TimeUnit.SECONDS.sleep(2);
      long heapBefore = heap();
      long residentBefore = resident();
      try (ChildProcess dialer =
          new ChildProcess(
              ThousandPeers.class, server.enode().toString(), Integer.toString(peers))) {
        dialer.readLine(); // it begins
        long dialing = System.nanoTime();
        while (server.peers().size() < peers) {
          TimeUnit.MILLISECONDS.sleep(20);
        }
        double took = (System.nanoTime() - dialing) / 1e9;
        long heapAfter = heap();
        long residentAfter = resident();
        long cpuBefore = cpuNanos();
        TimeUnit.SECONDS.sleep(seconds);
        double share = (cpuNanos() - cpuBefore) / (seconds * 1e9);
        System.out.printf(
            Locale.ROOT,
            "| %d peers | all there after %.1f s | %.1f KB heap each | %.1f KB resident each | %.2f %%"
                + " of a core at rest | %d left |%n",
            peers,
            took,
            (heapAfter - heapBefore) / 1e3 / peers,
            (residentAfter - residentBefore) / 1e3 / peers,
            100 * share,
            server.peers().size());
      }
    }
  }

  private static long heap() throws InterruptedException {
    Runtime runtime = Runtime.getRuntime();
    for (int i = 0; i < 4; i++) {
      System.gc();
      TimeUnit.MILLISECONDS.sleep(250);
    }
    return runtime.totalMemory() - runtime.freeMemory();
  }

  /** Bytes in memory, as Linux counts them. */
  private static long resident() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
      }
    }
    throw new IOException("this system does not say what is resident");
  }

  private static long cpuNanos() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toNanos();
  }

  /** The child: as many nodes as are asked for, until it is ended. */
  private static void dial(Enode server, int peers) throws InterruptedException {
    Transport transport = Transport.sockets(IO_THREADS);
    Semaphore free = new Semaphore(DIALS);
    List<RlpxConnection> connections = new ArrayList<>();
    System.out.println("dialing");
    for (int i = 0; i < peers; i++) {
      free.acquire();
      new NettyRlpx(
              RlpxOptions.builder(NodeKey.generate(), "idle", new SimpleMeterRegistry())
                  .capability(IDLE, 1)
                  .build(),
              transport)
          .dial(server.tcpEndpoint(), server.publicKey())
          .whenComplete(
              (connection, failure) -> {
                free.release();
                if (failure != null) {
                  System.err.println(failure);
                } else {
                  connection.start((capability, id, payload) -> {});
                  synchronized (connections) {
                    connections.add(connection);
                  }
                }
              });
    }
    TimeUnit.DAYS.sleep(1);
  }
}
