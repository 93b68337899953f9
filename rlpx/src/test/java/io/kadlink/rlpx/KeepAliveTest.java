package io.kadlink.rlpx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kadlink.rlpx.wire.BaseMessage;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Time limits and pings, on virtual time. */
class KeepAliveTest {
  private static final BaseMessage PING = new BaseMessage.Ping();
  private static final BaseMessage PONG = new BaseMessage.Pong();
  private static final Duration INTERVAL = RlpxLimits.DEFAULT.pingInterval();

  private final EmbeddedPeer peer = new EmbeddedPeer();

  @AfterEach
  void close() {
    peer.close();
  }

  @Test
  void aPingGoesOutSoonAndAtEachIntervalAndItsAnswerGivesTheRoundTrip() throws Exception {
    connected();
    assertThat(peer.session().roundTrip()).contains(Duration.ofMillis(7));
    assertThat(peer.read()).isEmpty();

    peer.pass(INTERVAL);
    assertThat(peer.read()).contains(PING);
    peer.pass(Duration.ofMillis(42));
    peer.send(PONG);

    assertThat(peer.session().roundTrip()).contains(Duration.ofMillis(42));
    peer.pass(INTERVAL);
    assertThat(peer.read()).contains(PING);
    assertThat(peer.metrics.get("kadlink.rlpx.roundtrip").timer().count()).isEqualTo(2);
  }

  @Test
  void anUnaskedPongMeansNothing() throws Exception {
    connected();
    peer.pass(Duration.ofSeconds(1));
    peer.send(PONG);

    assertThat(peer.session().roundTrip()).contains(Duration.ofMillis(7));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "c0", "c101", "01 00 c0", "00"})
  void everyFormOfPingThatIsOutThereIsAnswered(String payload) throws Exception {
    connected();
    peer.send(BaseMessage.Ping.ID, Bytes.fromHexString(payload.replace(" ", "")));

    assertThat(peer.read()).contains(PONG);
  }

  @Test
  void aPeerThatIsSilentForTooLongIsDeadAndToldSo() throws Exception {
    connected();
    peer.pass(INTERVAL);
    assertThat(peer.read()).contains(PING);
    peer.pass(INTERVAL);

    assertThat(peer.read()).contains(new BaseMessage.Disconnect(DisconnectReason.TIMEOUT));
    assertThat(peer.session().closed().toCompletableFuture().join().reason())
        .isEqualTo(DisconnectReason.TIMEOUT);
    assertThat(peer.channel.isOpen()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"0, false", "1, false", "8192, false", "49151, false", "49152, true"})
  void aPeerThatStopsWithinAFrameOrDripsItIsDead(int bytesPerInterval, boolean lives)
      throws Exception {
    connected();
    byte[] frame = peer.seal(0x10, Bytes.random(1 << 20), 1 << 20);
    int at = 1_000;
    peer.write(Arrays.copyOf(frame, at));
    for (int i = 0; i < 10 && peer.channel.isOpen(); i++) {
      peer.pass(INTERVAL);
      if (peer.channel.isOpen()) {
        peer.write(Arrays.copyOfRange(frame, at, at + bytesPerInterval));
        at += bytesPerInterval;
      }
    }

    assertThat(peer.channel.isOpen()).isEqualTo(lives);
    if (!lives) {
      assertThat(peer.session().closed().toCompletableFuture().join().reason())
          .isEqualTo(DisconnectReason.TIMEOUT);
    }
  }

  @Test
  void anyMessageKeepsItAlive() throws Exception {
    connected();
    for (int i = 0; i < 10; i++) {
      peer.pass(INTERVAL);
      peer.send(BaseMessage.Ping.ID, Bytes.EMPTY);
    }

    assertThat(peer.channel.isOpen()).isTrue();
  }

  @Test
  void silenceIsNotHeldAgainstItWhileWeDoNotRead() throws Exception {
    connected();
    peer.session().setReading(false);
    peer.pass(INTERVAL.multipliedBy(10));
    assertThat(peer.channel.isOpen()).isTrue();

    peer.session().setReading(true);
    peer.pass(INTERVAL);
    assertThat(peer.channel.isOpen()).isTrue();
    peer.pass(INTERVAL);
    assertThat(peer.channel.isOpen()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"1, false", "20, false", "30, true", "200, true"})
  void aPeerThatTakesHardlyAnythingIsDeadThoughItTalks(int takenPerInterval, boolean lives)
      throws Exception {
    connected();
    Trickle socket = new Trickle();
    peer.channel.pipeline().addFirst(socket);
    for (int i = 0; i < 400; i++) {
      assertThat(peer.session().send(0x10, Bytes.random(1000))).isTrue();
      peer.channel.runPendingTasks();
    }
    for (int i = 0; i < 10 && !socket.waiting.isEmpty(); i++) {
      peer.pass(INTERVAL);
      if (peer.channel.isOpen()) {
        peer.send(PING);
        socket.take(takenPerInterval);
      }
    }

    assertThat(peer.session().closed().toCompletableFuture().isDone()).isEqualTo(!lives);
    if (!lives) {
      assertThat(peer.session().closed().toCompletableFuture().join().detail())
          .contains("hardly any");
    }
    socket.take(socket.waiting.size());
    peer.channel.releaseOutbound();
  }

  /** A socket that takes one write at a time, when the test says so. */
  private static final class Trickle extends ChannelOutboundHandlerAdapter {
    final Queue<Runnable> waiting = new ArrayDeque<>();

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
      waiting.add(() -> context.writeAndFlush(message, promise));
    }

    void take(int writes) {
      for (int i = 0; i < writes && !waiting.isEmpty(); i++) {
        waiting.remove().run();
      }
    }
  }

  @Test
  void pingsAreCountedPerInterval() throws Exception {
    connected();
    for (int interval = 0; interval < 3; interval++) {
      for (int i = 0; i < RlpxLimits.DEFAULT.maxPings(); i++) {
        peer.send(PING);
      }
      peer.pass(INTERVAL);
    }
    assertThat(peer.channel.isOpen()).isTrue();

    for (int i = 0; i <= RlpxLimits.DEFAULT.maxPings(); i++) {
      peer.send(PING);
    }
    assertThat(peer.session().closed().toCompletableFuture().join().reason())
        .isEqualTo(DisconnectReason.PROTOCOL_BREACH);
  }

  @Test
  void theFirstPacketMustComeWithinAStep() {
    peer.pass(RlpxLimits.DEFAULT.step().minusMillis(1));
    assertThat(peer.receiving).isNotDone();
    peer.pass(Duration.ofMillis(1));

    assertThatThrownBy(peer.receiving::join).hasMessageContaining("waited 3000 ms for its auth");
    assertThat(peer.channel.isOpen()).isFalse();
  }

  @Test
  void theWholeHandshakeMustComeWithinItsLimit() throws Exception {
    peer.pass(RlpxLimits.DEFAULT.step().minusMillis(1));
    peer.shakeHands();
    peer.pass(Duration.ofSeconds(2));
    assertThat(peer.receiving).isNotDone();
    peer.pass(Duration.ofMillis(1));

    assertThatThrownBy(peer.receiving::join).hasMessageContaining("waited 5000 ms");
    peer.read();
    assertThat(peer.read()).contains(new BaseMessage.Disconnect(DisconnectReason.TIMEOUT));
  }

  @Test
  void afterTheSessionIsUpTheLimitsOfTheHandshakeAreGone() throws Exception {
    connected();
    peer.pass(RlpxLimits.DEFAULT.handshake().plusSeconds(1));

    assertThat(peer.channel.isOpen()).isTrue();
    assertThat(peer.read()).isEmpty();
  }

  private void connected() throws Exception {
    peer.shakeHands().greet();
    peer.session().start((capability, id, payload) -> {});
    peer.pass(KeepAlive.FIRST_PING.minusNanos(1));
    assertThat(peer.read()).isEmpty();
    peer.pass(Duration.ofNanos(1));
    assertThat(peer.read()).contains(PING);
    peer.pass(Duration.ofMillis(7));
    peer.send(PONG);
  }
}
