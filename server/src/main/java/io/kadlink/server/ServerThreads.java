package io.kadlink.server;

import io.kadlink.discovery.DiscoveryOptions;
import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.loop.NettyLoop;
import io.kadlink.identity.Signer;
import io.kadlink.rlpx.Transport;
import io.netty.channel.DefaultEventLoop;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.EventExecutorGroup;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One server's own threads, and the machine's sockets. */
final class ServerThreads implements Platform {
  private static final Logger LOG = LoggerFactory.getLogger(ServerThreads.class);

  /** Enough to keep a machine busy with encryption; peers share them. */
  private static final int MAX_IO_THREADS = 4;

  private static final int VERIFIER_IDLE_SECONDS = 60;

  /** For a loop to do what it still has to; it may be busy with a block. */
  private static final Duration LAST_TURN = Duration.ofSeconds(2);

  private final NettyLoop server;
  private final Map<String, NettyLoop> protocols = new LinkedHashMap<>();
  private final Transport transport;
  private final ExecutorService computation;
  private final ExecutorService verifier = verifierThread();
  private final RandomGenerator secrets = new SecureRandom();

  /** Starts them: one loop for the server and for each protocol name, a few for connections. */
  ServerThreads(List<Protocol> names, InstantSource clock) {
    for (Protocol protocol : names) {
      protocols.computeIfAbsent(protocol.name(), name -> loop("kadlink-" + name, clock));
    }
    int threads = Math.min(MAX_IO_THREADS, Runtime.getRuntime().availableProcessors());
    this.server = loop("kadlink-server", clock);
    this.transport = Transport.sockets(threads);
    this.computation =
        Executors.newFixedThreadPool(
            threads, new DefaultThreadFactory("kadlink-computation", true));
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

  @Override
  public Loop server() {
    return server;
  }

  @Override
  public Loop protocol(String name) {
    return Objects.requireNonNull(protocols.get(name));
  }

  @Override
  public Transport transport() {
    return transport;
  }

  @Override
  public DiscoveryOptions.Builder discovery(Signer signer) {
    return DiscoveryOptions.builder(signer, transport.workers().next());
  }

  @Override
  public ExecutorService computation() {
    return computation;
  }

  @Override
  public ExecutorService verifier() {
    return verifier;
  }

  @Override
  public RandomGenerator secrets() {
    return secrets;
  }

  @Override
  public boolean mustNotWait() {
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

  @Override
  public CompletionStage<Void> close() {
    CompletableFuture<Void> closed = new CompletableFuture<>();
    Thread.ofVirtual()
        .name("kadlink-stop")
        .start(
            () -> {
              try {
                end();
              } finally {
                closed.complete(null);
              }
            });
    return closed;
  }

  private void end() {
    end(transport.workers());
    end(transport.acceptors());
    computation.shutdown();
    end(server.eventLoop());
    verifier.shutdownNow();
    protocols.values().forEach(each -> end(each.eventLoop()));
  }

  private static void end(EventExecutorGroup group) {
    try {
      if (!group
          .shutdownGracefully(0, LAST_TURN.toMillis(), TimeUnit.MILLISECONDS)
          .await(2 * LAST_TURN.toMillis())) {
        LOG.warn("a loop did not end in time: {}", group);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
