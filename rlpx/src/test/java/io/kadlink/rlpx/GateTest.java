package io.kadlink.rlpx;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.identity.PublicKey;
import io.kadlink.rlpx.RlpxException.Step;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.Hello;
import java.net.SocketAddress;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ForkJoinPool;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a gate's answers do to both sides of a connection. */
class GateTest {
  private static final Transport SOCKETS = Transport.nio(2);

  private final RlpxNode dialer;
  private RlpxNode guarded;

  GateTest() throws Exception {
    dialer = RlpxNode.listening(SOCKETS);
    guarded = dialer;
  }

  /** A gate that is open but for what a test overrides. */
  private static class HalfOpen implements Gate {
    @Override
    public boolean accept(SocketAddress remote) {
      return true;
    }

    @Override
    public CompletionStage<Optional<DisconnectReason>> authenticated(
        PublicKey remote, SocketAddress address, boolean inbound) {
      return CompletableFuture.completedStage(Optional.empty());
    }

    @Override
    public CompletionStage<Optional<DisconnectReason>> greeted(
        Hello hello, PublicKey remote, SocketAddress address, boolean inbound) {
      return CompletableFuture.completedStage(Optional.empty());
    }
  }

  @AfterEach
  void close() {
    dialer.close();
    guarded.close();
  }

  @AfterAll
  static void shutDown() {
    SOCKETS.workers().shutdownGracefully();
  }

  @Test
  void anAddressThatIsRefusedIsClosedWithoutAWord() throws Exception {
    RlpxException failure =
        dial(
            new HalfOpen() {
              @Override
              public boolean accept(SocketAddress remote) {
                return false;
              }
            });

    assertThat(failure.step()).isEqualTo(Step.HANDSHAKE);
    assertThat(failure.reason()).isEmpty();
    assertThat(guarded.count("kadlink.rlpx.failed", "reason", "gate")).isEqualTo(1);
  }

  @Test
  void aKeyThatIsRefusedHearsWhyInPlaceOfHello() throws Exception {
    RlpxException failure =
        dial(
            new HalfOpen() {
              @Override
              public CompletionStage<Optional<DisconnectReason>> authenticated(
                  PublicKey remote, SocketAddress address, boolean inbound) {
                assertThat(inbound).isTrue();
                return CompletableFuture.supplyAsync(
                    () -> Optional.of(DisconnectReason.TOO_MANY_PEERS), ForkJoinPool.commonPool());
              }
            });

    assertThat(failure.step()).isEqualTo(Step.HELLO);
    assertThat(failure.reason()).contains(DisconnectReason.TOO_MANY_PEERS);
    assertThat(guarded.count("kadlink.rlpx.failed", "reason", "refused-too-many-peers"))
        .isEqualTo(1);
    assertThat(dialer.count("kadlink.rlpx.failed", "reason", "disconnect-too-many-peers"))
        .isEqualTo(1);
  }

  @Test
  void aHelloThatIsRefusedHearsWhyAsItsSessionsEnd() throws Exception {
    guard(
        new HalfOpen() {
          @Override
          public CompletionStage<Optional<DisconnectReason>> greeted(
              Hello hello, PublicKey remote, SocketAddress address, boolean inbound) {
            return CompletableFuture.supplyAsync(
                () -> Optional.of(DisconnectReason.ALREADY_CONNECTED), ForkJoinPool.commonPool());
          }
        });
    RlpxConnection dialed = dialer.dial(guarded);
    RlpxNode.receive(dialed);

    RlpxConnection.Ending ending = RlpxNode.get(dialed.closed());
    assertThat(ending.reason()).isEqualTo(DisconnectReason.ALREADY_CONNECTED);
    assertThat(ending.byRemote()).isTrue();
    assertThat(guarded.accepted).isEmpty();
  }

  @Test
  void anAnswerFromAnotherThreadLetsTheConnectionGoOn() throws Exception {
    guard(
        new HalfOpen() {
          @Override
          public CompletionStage<Optional<DisconnectReason>> authenticated(
              PublicKey remote, SocketAddress address, boolean inbound) {
            return CompletableFuture.supplyAsync(Optional::empty, ForkJoinPool.commonPool());
          }

          @Override
          public CompletionStage<Optional<DisconnectReason>> greeted(
              Hello hello, PublicKey remote, SocketAddress address, boolean inbound) {
            return CompletableFuture.supplyAsync(Optional::empty, ForkJoinPool.commonPool());
          }
        });

    assertThat(dialer.dial(guarded).remoteKey()).isEqualTo(guarded.publicKey());
    assertThat(guarded.accepted().remoteKey()).isEqualTo(dialer.publicKey());
  }

  @Test
  void aGateThatFailsLetsNobodyIn() throws Exception {
    RlpxException failure =
        dial(
            new HalfOpen() {
              @Override
              public CompletionStage<Optional<DisconnectReason>> authenticated(
                  PublicKey remote, SocketAddress address, boolean inbound) {
                throw new IllegalStateException("on purpose");
              }
            });

    assertThat(failure.reason()).contains(DisconnectReason.REQUESTED);
    assertThat(guarded.count("kadlink.rlpx.failed", "reason", "internal")).isEqualTo(1);
  }

  @Test
  void closingEndsWhatIsStillBeingShakenHands() throws Exception {
    guard(
        new HalfOpen() {
          @Override
          public CompletionStage<Optional<DisconnectReason>> authenticated(
              PublicKey remote, SocketAddress address, boolean inbound) {
            guarded.rlpx.close();
            return new CompletableFuture<>();
          }
        });
    RlpxException failure =
        RlpxNode.failure(dialer.rlpx.dial(guarded.address, guarded.publicKey()));

    assertThat(failure.reason()).contains(DisconnectReason.CLIENT_QUITTING);
  }

  private void guard(Gate gate) throws Exception {
    guarded = RlpxNode.listening(SOCKETS, options -> options.gate(gate));
  }

  private RlpxException dial(Gate gate) throws Exception {
    guard(gate);
    return RlpxNode.failure(dialer.rlpx.dial(guarded.address, guarded.publicKey()));
  }
}
