package io.kadlink.server;

import io.kadlink.discovery.Discovery;
import io.kadlink.discovery.loop.Loop;
import io.kadlink.rlpx.Rlpx;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.server.admission.Admission;
import io.kadlink.server.nat.NatTraversal;
import io.netty.util.concurrent.EventExecutorGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a server down in an order that lets each part do its last work: nobody new, protocols,
 * goodbyes, sockets, loops. Each step waits, no longer than its limit; so this runs on a thread
 * that may block.
 */
record Shutdown(
    ServerThreads threads,
    Loop loop,
    Admission admission,
    LocalRecord record,
    List<ProtocolHost> hosts,
    PeerSet peers,
    Discipline discipline,
    Dialer dialer,
    Rlpx rlpx,
    Optional<NatTraversal> nat)
    implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(Shutdown.class);

  /** For a loop to come around; it may be busy with a block. */
  private static final Duration TURN = Duration.ofSeconds(2);

  /** For goodbyes to be flushed: RLPx's own limit for one, and a little. */
  private static final Duration GOODBYES = Duration.ofSeconds(3);

  /** For a router to take our ports back: two short questions. */
  private static final Duration PARTING = Duration.ofSeconds(3);

  @Override
  public void run() {
    await(
        "the server's loop",
        TURN,
        CompletableFuture.runAsync(
            () -> {
              admission.stop();
              dialer.stop();
            },
            loop));
    for (ProtocolHost host : hosts) {
      await(
          "protocol " + host.capability(),
          TURN,
          CompletableFuture.runAsync(host.protocol()::stop, host.loop()));
    }
    // Relayed sessions first: their goodbyes travel over the others.
    Collection<Session> sessions = peers.sessions();
    goodbye(sessions.stream().filter(session -> session.relay().isPresent()).toList());
    letProtocolsFinish(); // the goodbyes are bytes that one of them still has to send
    goodbye(sessions.stream().filter(session -> session.relay().isEmpty()).toList());
    rlpx.close();
    goodbye(peers.sessions()); // admitted before the stop, and a session only now
    nat.ifPresent(
        mappings -> await("port mappings", PARTING, mappings.close().toCompletableFuture()));
    record.discovery().ifPresent(Discovery::close);
    shutDown(threads.transport().workers());
    shutDown(threads.transport().acceptors());
    threads.computation().shutdown();
    shutDown(threads.server().eventLoop());
    discipline.close();
    threads.verifier().shutdownNow();
    threads.protocols().values().forEach(each -> shutDown(each.eventLoop()));
  }

  private void letProtocolsFinish() {
    for (ProtocolHost host : hosts) {
      await(
          "protocol " + host.capability(), TURN, CompletableFuture.runAsync(() -> {}, host.loop()));
    }
  }

  private void goodbye(Collection<Session> sessions) {
    List<CompletableFuture<Void>> goodbyes = new ArrayList<>();
    for (Session session : sessions) {
      goodbyes.add(session.disconnect(DisconnectReason.CLIENT_QUITTING).toCompletableFuture());
    }
    await(
        "goodbyes to " + sessions.size() + " peers",
        GOODBYES,
        CompletableFuture.allOf(goodbyes.toArray(new CompletableFuture<?>[0])));
  }

  /** What is queued still runs; nothing new is taken. */
  private static void shutDown(EventExecutorGroup group) {
    try {
      if (!group
          .shutdownGracefully(0, TURN.toMillis(), TimeUnit.MILLISECONDS)
          .await(2 * TURN.toMillis())) {
        LOG.warn("a loop did not end in time: {}", group);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void await(String what, Duration limit, CompletableFuture<Void> step) {
    try {
      step.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      LOG.warn("{} failed to stop", what, e.getCause());
    } catch (TimeoutException | RejectedExecutionException e) {
      LOG.warn("{} did not stop within {}", what, limit);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
