package io.kadlink.server;

import io.kadlink.discovery.Discovery;
import io.kadlink.discovery.loop.Loop;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.server.nat.NatTraversal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a server down in an order that lets each part do its last work: nobody new, protocols,
 * goodbyes, sockets, loops. No step waits longer than its limit.
 */
record Shutdown(ServerParts parts, Optional<NatTraversal> nat) {

  private static final Logger LOG = LoggerFactory.getLogger(Shutdown.class);

  /** For a loop to come around; it may be busy with a block. */
  private static final Duration TURN = Duration.ofSeconds(2);

  /** For goodbyes to be flushed: RLPx's own limit for one, and a little. */
  private static final Duration GOODBYES = Duration.ofSeconds(3);

  /** For a router to take our ports back: two short questions. */
  private static final Duration PARTING = Duration.ofSeconds(3);

  /** For what is left to be written, and the port to be free. */
  private static final Duration DISCOVERY = Duration.ofSeconds(5);

  /** Completes when all is gone. */
  CompletionStage<Void> run() {
    return step(
            "the server's loop",
            TURN,
            () ->
                CompletableFuture.runAsync(
                    () -> {
                      parts.admission.stop();
                      parts.dialer.stop();
                    },
                    parts.loop))
        .thenCompose(done -> onEachProtocol(host -> host.protocol().stop()))
        // Relayed sessions first: their goodbyes travel over the others.
        .thenCompose(done -> goodbye(sessions(true)))
        // Those goodbyes are bytes that a protocol still has to send.
        .thenCompose(done -> onEachProtocol(host -> {}))
        .thenCompose(done -> goodbye(sessions(false)))
        .thenCompose(
            done -> {
              parts.rlpx.close();
              return goodbye(
                  parts.peers.sessions()); // admitted before the stop, a session only now
            })
        .thenCompose(
            done -> {
              Optional<CompletionStage<?>> closing = nat.map(NatTraversal::close);
              return step("port mappings", PARTING, () -> closing.orElseGet(Shutdown::nothing));
            })
        .thenCompose(
            done -> {
              Optional<CompletionStage<?>> closing = parts.record.discovery().map(Discovery::stop);
              return step("discovery", DISCOVERY, () -> closing.orElseGet(Shutdown::nothing));
            })
        .thenCompose(done -> parts.platform.close())
        .thenRun(parts.discipline::close);
  }

  private List<Session> sessions(boolean relayed) {
    return parts.peers.sessions().stream()
        .filter(session -> session.relay().isPresent() == relayed)
        .toList();
  }

  private CompletionStage<Void> onEachProtocol(Consumer<ProtocolHost> task) {
    CompletionStage<Void> all = nothing();
    for (ProtocolHost host : parts.hosts) {
      all =
          all.thenCompose(
              done ->
                  step(
                      "protocol " + host.capability(),
                      TURN,
                      () -> CompletableFuture.runAsync(() -> task.accept(host), host.loop())));
    }
    return all;
  }

  private CompletionStage<Void> goodbye(Collection<Session> sessions) {
    if (sessions.isEmpty()) {
      return nothing();
    }
    return step(
        "goodbyes to " + sessions.size() + " peers",
        GOODBYES,
        () -> {
          List<CompletableFuture<Void>> goodbyes = new ArrayList<>();
          for (Session session : sessions) {
            goodbyes.add(
                session.disconnect(DisconnectReason.CLIENT_QUITTING).toCompletableFuture());
          }
          return CompletableFuture.allOf(goodbyes.toArray(new CompletableFuture<?>[0]));
        });
  }

  private static CompletableFuture<Void> nothing() {
    return CompletableFuture.completedFuture(null);
  }

  /** Completes on the server's loop, never exceptionally: when the step is done, or its time is. */
  private CompletionStage<Void> step(
      String what, Duration limit, Supplier<? extends CompletionStage<?>> action) {
    CompletableFuture<Void> over = new CompletableFuture<>();
    parts.loop.execute(
        () -> {
          Loop.Timer timer =
              parts.loop.schedule(
                  limit,
                  () -> {
                    if (over.complete(null)) {
                      LOG.warn("{} did not stop within {}", what, limit);
                    }
                  });
          start(action)
              .whenComplete(
                  (done, failure) ->
                      parts.loop.execute(
                          () -> {
                            timer.cancel();
                            if (over.complete(null) && failure != null) {
                              LOG.warn("{} failed to stop", what, failure);
                            }
                          }));
        });
    return over;
  }

  private static CompletionStage<?> start(Supplier<? extends CompletionStage<?>> action) {
    try {
      return action.get();
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedFuture(e);
    }
  }
}
