package io.kadlink.server;

import io.kadlink.discovery.Discovery;
import io.kadlink.discovery.Node;
import io.kadlink.discovery.loop.Loop;
import io.kadlink.rlpx.RlpxConnection;
import io.kadlink.rlpx.RlpxException;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.server.admission.AccessLists;
import io.kadlink.server.admission.Decision;
import io.kadlink.server.dial.DialKind;
import io.kadlink.server.dial.DialTarget;
import io.kadlink.server.dial.Setback;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to reach one node: its name is looked up, it is dialed, and when that is impossible
 * or fails, a detour is tried. Confined to the server's loop.
 */
final class Attempt {
  /** A detour needs a relay's answer and then a handshake through it, each with a limit. */
  private static final Duration DETOUR_LIMIT = Duration.ofSeconds(15);

  private final DialTarget target;
  private final Dialer.Network network;
  private final Loop loop;
  private final AccessLists access;
  private final CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
  private DialKind kind;
  private @Nullable Result result;

  /** How it ended. */
  sealed interface Result {}

  /** Over TCP; not yet a session. */
  record Direct(RlpxConnection connection) implements Result {}

  /** Around; the session exists. */
  record Detoured(Peer peer) implements Result {}

  /**
   * Not at all.
   *
   * @param outcome for the metric
   * @param setback how long it is not worth another try
   * @param why one sentence for a person
   */
  record Failed(String outcome, Setback setback, String why, @Nullable Throwable cause)
      implements Result {

    /** The same, in better words. */
    Failed because(String better) {
      return new Failed(outcome, setback, better, cause);
    }

    /** Whether one of the two sides had a session, or a better connection, already. */
    boolean alreadyConnected() {
      return rlpxCause(cause)
          .flatMap(RlpxException::reason)
          .filter(reason -> reason == DisconnectReason.ALREADY_CONNECTED)
          .isPresent();
    }
  }

  Attempt(DialTarget target, DialKind kind, Dialer.Network network, Loop loop, AccessLists access) {
    this.target = target;
    this.kind = kind;
    this.network = network;
    this.loop = loop;
    this.access = access;
  }

  DialTarget target() {
    return target;
  }

  DialKind kind() {
    return kind;
  }

  /** Someone asked for this node while it is being dialed. */
  void requested() {
    kind = DialKind.REQUESTED;
  }

  Result result() {
    return java.util.Objects.requireNonNull(result);
  }

  /** Completes, never exceptionally, when there is a {@link #result}. */
  CompletionStage<@Nullable Void> start() {
    Optional<InetAddress> literal = target.address();
    if (literal.isPresent()) {
      resolved(literal.get());
    } else {
      // Look-ups block and have no time limit of their own; a virtual thread may wait.
      Thread.ofVirtual()
          .name("kadlink-dns")
          .start(
              () -> {
                try {
                  InetAddress address = InetAddress.getByName(target.host());
                  loop.execute(() -> resolved(address));
                } catch (UnknownHostException e) {
                  loop.execute(
                      () ->
                          end(
                              new Failed(
                                  "dns",
                                  Setback.UNREACHABLE,
                                  "unknown host '" + target.host() + "'",
                                  e)));
                }
              });
    }
    return done;
  }

  private void resolved(InetAddress address) {
    if (target.tcpPort() == 0) {
      detour(address, "it announces no TCP port", null);
      return;
    }
    InetSocketAddress socket = new InetSocketAddress(address, target.tcpPort());
    Optional<Decision.Refuse> barred =
        access.judge(Optional.of(target.id()), Optional.of(socket), kind != DialKind.DYNAMIC);
    if (barred.isPresent()) {
      Decision.Refuse refuse = barred.get();
      String outcome = refuse.rule().name().toLowerCase(Locale.ROOT);
      end(new Failed(outcome, Setback.REFUSED_BY_US, refuse.why(), null));
      return;
    }
    network
        .rlpx()
        .dial(socket, target.publicKey())
        .whenComplete(
            (connection, failure) ->
                loop.execute(
                    () -> {
                      if (failure == null) {
                        end(new Direct(connection));
                      } else {
                        notDialed(address, unwrap(failure));
                      }
                    }));
  }

  private void notDialed(InetAddress address, Throwable failure) {
    Failed failed = new Failed(outcome(failure), setback(failure), message(failure), failure);
    boolean unreachable =
        rlpxCause(failure).map(e -> e.step() == RlpxException.Step.CONNECT).orElse(false);
    if (unreachable && network.detours().offered(target.asNode(address))) {
      detour(address, failed.why(), failure);
    } else {
      end(failed);
    }
  }

  /** Around: with the record we have, else with the one that discovery gets now. */
  private void detour(InetAddress address, String whyNotDirect, @Nullable Throwable failure) {
    Node node = target.asNode(address);
    if (network.detours().offered(node)) {
      open(node, whyNotDirect);
    } else if (network.discovery().isPresent() && network.detours().detour().isPresent()) {
      fresh(network.discovery().get())
          .whenComplete(
              (found, missed) ->
                  loop.execute(
                      () -> {
                        if (missed == null
                            && found.isPresent()
                            && network.detours().offered(found.get())) {
                          open(found.get(), whyNotDirect);
                        } else {
                          unreachable(whyNotDirect, failure);
                        }
                      }));
    } else {
      unreachable(whyNotDirect, failure);
    }
  }

  /** The node with its record as it is now: from itself, when we know where it is. */
  private CompletionStage<Optional<Node>> fresh(Discovery discovery) {
    if (target.node().isEmpty()) {
      return discovery.resolve(target.publicKey());
    }
    Node known = target.node().get();
    return discovery
        .requestRecord(known)
        .thenApply(
            record ->
                Optional.of(
                    new Node(
                        known.publicKey(), known.udp(), known.tcpPort(), Optional.of(record))));
  }

  private void unreachable(String whyNotDirect, @Nullable Throwable failure) {
    end(
        new Failed(
            "unreachable",
            failure == null ? Setback.UNREACHABLE : setback(failure),
            whyNotDirect + ", and there is no way around",
            failure));
  }

  private void open(Node node, String whyNotDirect) {
    Loop.Timer limit =
        loop.schedule(
            DETOUR_LIMIT,
            () ->
                end(
                    new Failed(
                        "detour_failed",
                        Setback.UNREACHABLE,
                        whyNotDirect + "; the way around took over " + DETOUR_LIMIT,
                        null)));
    network
        .detours()
        .detour()
        .orElseThrow()
        .open(node)
        .whenComplete(
            (peer, failure) ->
                loop.execute(
                    () -> {
                      limit.cancel();
                      if (failure == null) {
                        end(new Detoured(peer));
                      } else {
                        Throwable cause = unwrap(failure);
                        end(
                            new Failed(
                                "detour_failed",
                                setback(cause),
                                whyNotDirect + "; " + message(cause),
                                cause));
                      }
                    }));
  }

  private void end(Result how) {
    if (result == null) {
      result = how;
      done.complete(null);
    } else if (how instanceof Direct late) {
      late.connection().disconnect(DisconnectReason.REQUESTED);
    }
  }

  private static String outcome(Throwable failure) {
    Optional<RlpxException> rlpx = rlpxCause(failure);
    if (rlpx.isEmpty()) {
      return "failed";
    }
    return rlpx.get().reason().isPresent()
        ? "refused_" + rlpx.get().reason().get().name().toLowerCase(Locale.ROOT)
        : rlpx.get().step().name().toLowerCase(Locale.ROOT);
  }

  private static Setback setback(Throwable failure) {
    Optional<RlpxException> rlpx = rlpxCause(failure);
    Setback setback = Setback.of(rlpx.flatMap(RlpxException::reason));
    boolean byUs =
        rlpx.filter(e -> e.step() == RlpxException.Step.REFUSED_BY_US).isPresent()
            && setback != Setback.OTHER_CONNECTION;
    return byUs ? Setback.REFUSED_BY_US : setback;
  }

  private static String message(Throwable failure) {
    String message = failure.getMessage();
    return message == null ? failure.getClass().getSimpleName() : message;
  }

  private static Throwable unwrap(Throwable failure) {
    Throwable cause = failure.getCause();
    boolean wrapper =
        failure instanceof CompletionException || failure instanceof ExecutionException;
    return wrapper && cause != null ? cause : failure;
  }

  private static Optional<RlpxException> rlpxCause(@Nullable Throwable failure) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (each instanceof RlpxException rlpx) {
        return Optional.of(rlpx);
      }
    }
    return Optional.empty();
  }
}
