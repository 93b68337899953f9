package io.kadlink.server;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.loop.NettyLoop;
import io.kadlink.rlpx.Transport;
import io.netty.channel.DefaultEventLoop;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * One server's threads.
 *
 * @param server owns whom to dial and whom to keep
 * @param protocols one for each protocol name
 * @param transport connections and discovery
 * @param computation what would hold up a connection's loop: handshakes, large messages
 * @param verifier what takes long and is waited for by nobody: signatures of certificates, files
 */
record ServerThreads(
    NettyLoop server,
    Map<String, NettyLoop> protocols,
    Transport transport,
    ExecutorService computation,
    ExecutorService verifier) {

  /** Enough to keep a machine busy with encryption; peers share them. */
  private static final int MAX_IO_THREADS = 4;

  private static final int VERIFIER_IDLE_SECONDS = 60;

  static ServerThreads start(List<Protocol> protocols, InstantSource clock) {
    Map<String, NettyLoop> loops = new LinkedHashMap<>();
    for (Protocol protocol : protocols) {
      loops.computeIfAbsent(protocol.name(), name -> loop("kadlink-" + name, clock));
    }
    int threads = Math.min(MAX_IO_THREADS, Runtime.getRuntime().availableProcessors());
    return new ServerThreads(
        loop("kadlink-server", clock),
        loops,
        Transport.sockets(threads),
        Executors.newFixedThreadPool(
            threads, new DefaultThreadFactory("kadlink-computation", true)),
        verifierThread());
  }

  /** Made when it is needed, gone when it has not been for a while. */
  private static ExecutorService verifierThread() {
    ThreadPoolExecutor verifier =
        new ThreadPoolExecutor(
            1,
            1,
            VERIFIER_IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().daemon().name("kadlink-verifier").factory());
    verifier.allowCoreThreadTimeOut(true);
    return verifier;
  }

  private static NettyLoop loop(String name, InstantSource clock) {
    return new NettyLoop(new DefaultEventLoop(new DefaultThreadFactory(name, false)), clock);
  }

  /** The loop of this protocol's name. */
  Loop loop(Protocol protocol) {
    return Objects.requireNonNull(protocols.get(protocol.name()));
  }

  /** Whether the caller runs on one of them. */
  boolean currentIsOne() {
    if (server.inLoop() || protocols.values().stream().anyMatch(Loop::inLoop)) {
      return true;
    }
    for (EventExecutor worker : transport.workers()) {
      if (worker.inEventLoop()) {
        return true;
      }
    }
    return false;
  }
}
