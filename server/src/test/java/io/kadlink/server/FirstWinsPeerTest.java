package io.kadlink.server;

import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.PublicKey;
import io.kadlink.rlpx.Gate;
import io.kadlink.rlpx.NettyRlpx;
import io.kadlink.rlpx.Rlpx;
import io.kadlink.rlpx.RlpxConnection;
import io.kadlink.rlpx.RlpxOptions;
import io.kadlink.rlpx.Transport;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.Hello;
import io.kadlink.server.testing.Await;
import io.kadlink.server.testing.Echo;
import io.kadlink.server.testing.TestNetwork;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Simultaneous dials with software that keeps the first connection it sees and refuses the next, as
 * others do, whatever we would choose.
 */
class FirstWinsPeerTest {
  private static final int ROUNDS = 40;

  private final TestNetwork network = new TestNetwork();
  private final Echo echo = new Echo();
  private final Server server = network.server(echo);

  @AfterEach
  void stop() {
    network.close();
  }

  @Test
  void thereIsOneSessionWhenOurIdIsTheLower() {
    rounds(key -> server.id().bytes().compareTo(key.id().bytes()) < 0);
  }

  @Test
  void thereIsOneSessionWhenOurIdIsTheHigher() {
    rounds(key -> server.id().bytes().compareTo(key.id().bytes()) > 0);
  }

  private void rounds(Predicate<NodeKey> chosen) {
    NodeKey key = Stream.generate(NodeKey::generate).filter(chosen).findFirst().orElseThrow();
    try (FirstWins other = new FirstWins(key)) {
      for (int round = 0; round < ROUNDS; round++) {
        CompletionStage<Peer> ours = server.connect(other.enode());
        other.dial(server.enode());

        Await.value(ours);
        Await.until(
            "both keep the same connection",
            () ->
                server.peer(key.id()).isPresent()
                    && other.kept().isPresent()
                    && other.kept().get().inbound()
                        != server.peer(key.id()).orElseThrow().inbound());
        Await.until(
            "the other dial is over",
            () -> other.idle() && Await.value(server.dialsRunning()) == 0);
        RlpxConnection kept = other.kept().orElseThrow();
        if (round % 10 == 0) {
          Await.holds(
              "it stays",
              Duration.ofMillis(100),
              () -> server.peer(key.id()).isPresent() && other.kept().equals(Optional.of(kept)));
        }
        Await.value(kept.disconnect(DisconnectReason.REQUESTED).thenApply(done -> "gone"));
        Await.until("both are done", () -> server.peers().isEmpty() && other.kept().isEmpty());
      }
      Await.until("the protocol knows", () -> echo.open() == 0);
    }
  }

  /** RLPx without a server: the first connection past its Hello is kept, each other refused. */
  private static final class FirstWins implements Gate, AutoCloseable {
    private final AtomicReference<@Nullable Object> taken = new AtomicReference<>();
    private final AtomicReference<@Nullable RlpxConnection> kept = new AtomicReference<>();
    private final Transport transport = Transport.sockets(1);
    private final NodeKey key;
    private final Rlpx rlpx;
    private final InetSocketAddress address;
    private volatile boolean dialing;

    FirstWins(NodeKey key) {
      this.key = key;
      this.rlpx =
          new NettyRlpx(
              RlpxOptions.builder(key, "first/wins", new SimpleMeterRegistry())
                  .capability(new Echo().capability(), 2)
                  .gate(this)
                  .build(),
              transport);
      this.address =
          Await.value(rlpx.listen(new InetSocketAddress("127.0.0.1", 0), this::established));
    }

    Enode enode() {
      return new Enode(key.publicKey(), "127.0.0.1", address.getPort(), 0);
    }

    void dial(Enode target) {
      dialing = true;
      CompletionStage<RlpxConnection> dial = rlpx.dial(target.tcpEndpoint(), target.publicKey());
      dial.whenComplete(
          (connection, failure) -> {
            if (failure == null) {
              established(connection);
            }
            dialing = false;
          });
    }

    boolean idle() {
      return !dialing;
    }

    Optional<RlpxConnection> kept() {
      return Optional.ofNullable(kept.get());
    }

    private void established(RlpxConnection connection) {
      kept.set(connection);
      connection.start((capability, id, payload) -> {});
      connection
          .closed()
          .thenAccept(
              ending -> {
                kept.set(null);
                taken.set(null);
              });
    }

    @Override
    public boolean accept(SocketAddress remote) {
      return true;
    }

    @Override
    public CompletionStage<Optional<DisconnectReason>> authenticated(
        PublicKey remote, SocketAddress from, boolean inbound) {
      return CompletableFuture.completedFuture(Optional.empty());
    }

    @Override
    public CompletionStage<Optional<DisconnectReason>> greeted(
        Hello hello, PublicKey remote, SocketAddress from, boolean inbound) {
      return CompletableFuture.completedFuture(
          taken.compareAndSet(null, this)
              ? Optional.empty()
              : Optional.of(DisconnectReason.ALREADY_CONNECTED));
    }

    @Override
    public void close() {
      rlpx.close();
      transport
          .workers()
          .shutdownGracefully(0, 1, java.util.concurrent.TimeUnit.SECONDS)
          .syncUninterruptibly();
    }
  }
}
