package io.kadlink.rlpx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kadlink.rlpx.RlpxNode.Message;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two endpoints over loopback sockets. */
class SessionOverSocketsTest {
  private static final Transport SOCKETS = Transport.sockets(2);
  private static final int ECHO_ID = 0x10;

  private RlpxNode alice;
  private RlpxNode bob;

  @BeforeEach
  void listen() throws Exception {
    alice = RlpxNode.listening(SOCKETS);
    bob = RlpxNode.listening(SOCKETS);
  }

  @AfterEach
  void close() {
    alice.close();
    bob.close();
  }

  @AfterAll
  static void shutDown() {
    SOCKETS.workers().shutdownGracefully();
  }

  @Test
  void bothSidesKnowWhomTheyTalkTo() throws Exception {
    RlpxConnection dialed = alice.dial(bob);
    RlpxConnection accepted = bob.accepted();

    assertThat(dialed.remoteKey()).isEqualTo(bob.publicKey());
    assertThat(dialed.inbound()).isFalse();
    assertThat(dialed.remoteHello().nodeKey()).isEqualTo(bob.publicKey());
    assertThat(accepted.remoteKey()).isEqualTo(alice.publicKey());
    assertThat(accepted.inbound()).isTrue();
    assertThat(accepted.remoteHello().clientId()).isEqualTo("kadlink/test");
    assertThat(accepted.capabilities()).isEqualTo(dialed.capabilities());
    assertThat(dialed.capabilities().getFirst().offset()).isEqualTo(ECHO_ID);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 15, 16, 17, 8191, 8192, 8193, 70_000, 3_000_000, (1 << 24) - 1})
  void aMessageOfAnySizeArrives(int size) throws Exception {
    BlockingQueue<Message> sent = RlpxNode.receive(alice.dial(bob));
    RlpxConnection accepted = bob.accepted();
    BlockingQueue<Message> received = RlpxNode.receive(accepted);
    byte[] payload = new byte[size];
    new Random(size).nextBytes(payload);
    // half of it compressible, so that the longest fits a frame
    java.util.Arrays.fill(payload, size / 2, size, (byte) 7);

    assertThat(accepted.send(ECHO_ID + 1, Bytes.wrap(payload))).isTrue();

    Message message = RlpxNode.next(sent);
    assertThat(message.id()).isEqualTo(ECHO_ID + 1);
    assertThat(message.capability().capability()).isEqualTo(RlpxNode.ECHO);
    assertThat(message.payload().toArrayUnsafe()).isEqualTo(payload);
    assertThat(received).isEmpty();
  }

  @Test
  void manySmallMessagesArriveInOrder() throws Exception {
    RlpxConnection dialed = alice.dial(bob);
    BlockingQueue<Message> received = RlpxNode.receive(bob.accepted());
    int count = 50_000;
    for (int i = 0; i < count; i++) {
      Bytes payload = Bytes.ofUnsignedInt(i);
      while (!dialed.send(ECHO_ID, payload)) {
        Thread.onSpinWait();
      }
    }
    for (int i = 0; i < count; i++) {
      assertThat(RlpxNode.next(received).payload().toInt()).isEqualTo(i);
    }
    RlpxNode.await("all bytes taken", () -> dialed.pendingBytes() == 0);
  }

  @Test
  void nothingIsDeliveredBeforeStart() throws Exception {
    RlpxConnection dialed = alice.dial(bob);
    RlpxConnection accepted = bob.accepted();
    for (int i = 0; i < 100; i++) {
      dialed.send(ECHO_ID, Bytes.ofUnsignedInt(i));
    }
    RlpxNode.await("all bytes taken", () -> dialed.pendingBytes() == 0);

    BlockingQueue<Message> received = RlpxNode.receive(accepted);
    for (int i = 0; i < 100; i++) {
      assertThat(RlpxNode.next(received).payload().toInt()).isEqualTo(i);
    }
  }

  @Test
  void aHandshakeOverAChannelThatIsClosedAlreadyFails() throws Exception {
    CompletionStage<RlpxConnection> dialing =
        alice.rlpx.initiate(closedChannel(), bob.key.publicKey());
    CompletionStage<RlpxConnection> receiving = alice.rlpx.receive(closedChannel());
    for (CompletionStage<RlpxConnection> result : List.of(dialing, receiving)) {
      assertThatThrownBy(() -> RlpxNode.get(result)).hasRootCauseInstanceOf(RlpxException.class);
    }
  }

  private Channel closedChannel() throws Exception {
    Channel channel =
        new Bootstrap()
            .group(SOCKETS.workers())
            .channelFactory(SOCKETS.dialing())
            .handler(new ChannelInboundHandlerAdapter())
            .connect(bob.address)
            .sync()
            .channel();
    channel.close().sync();
    return channel;
  }

  @Test
  void theOtherSideHearsWhyWeLeave() throws Exception {
    RlpxConnection dialed = alice.dial(bob);
    RlpxConnection accepted = bob.accepted();
    RlpxNode.receive(accepted);
    RlpxNode.receive(dialed);

    RlpxNode.get(dialed.disconnect(DisconnectReason.TOO_MANY_PEERS));

    assertThat(RlpxNode.get(accepted.closed()))
        .isEqualTo(
            new RlpxConnection.Ending(
                DisconnectReason.TOO_MANY_PEERS, true, "it said: too many peers"));
    assertThat(RlpxNode.get(dialed.closed()).byRemote()).isFalse();
    assertThat(dialed.send(ECHO_ID, Bytes.EMPTY)).isFalse();
  }

  @Test
  void messagesSentBeforeDisconnectStillArrive() throws Exception {
    RlpxConnection dialed = alice.dial(bob);
    RlpxConnection accepted = bob.accepted();
    BlockingQueue<Message> received = RlpxNode.receive(accepted);
    byte[] payload = new byte[2_000_000];
    new Random(1).nextBytes(payload);
    dialed.send(ECHO_ID, Bytes.wrap(payload));
    dialed.disconnect(DisconnectReason.CLIENT_QUITTING);

    assertThat(RlpxNode.next(received).payload()).isEqualTo(Bytes.wrap(payload));
    assertThat(RlpxNode.get(accepted.closed()).reason())
        .isEqualTo(DisconnectReason.CLIENT_QUITTING);
  }

  @Test
  void whatCameBeforeStartIsDeliveredThoughTheOtherSideHasLeft() throws Exception {
    RlpxConnection dialed = alice.dial(bob);
    RlpxConnection accepted = bob.accepted();
    for (int i = 0; i < 10; i++) {
      dialed.send(ECHO_ID, Bytes.ofUnsignedInt(i));
    }
    RlpxNode.receive(dialed);
    RlpxNode.get(dialed.disconnect(DisconnectReason.CLIENT_QUITTING));
    BlockingQueue<Message> received = RlpxNode.receive(accepted);

    for (int i = 0; i < 10; i++) {
      assertThat(RlpxNode.next(received).payload().toInt()).isEqualTo(i);
    }
    assertThat(RlpxNode.get(accepted.closed()).reason())
        .isEqualTo(DisconnectReason.CLIENT_QUITTING);
  }

  @Test
  void aSessionEndsWithItsEventLoop() throws Exception {
    Transport shortLived = Transport.sockets(1);
    try (RlpxNode carol = RlpxNode.listening(shortLived)) {
      RlpxConnection dialed = alice.dial(carol);
      RlpxConnection neverStarted = carol.accepted();
      dialed.send(ECHO_ID, Bytes.of(1));
      RlpxNode.receive(dialed);
      RlpxNode.get(dialed.disconnect(DisconnectReason.CLIENT_QUITTING));
      shortLived.workers().shutdownGracefully(0, 100, TimeUnit.MILLISECONDS);

      assertThat(RlpxNode.get(neverStarted.closed()).byRemote()).isTrue();
    }
  }

  @Test
  void anIdNobodyOwnsCantBeSent() throws Exception {
    RlpxConnection dialed = alice.dial(bob);

    assertThatThrownBy(() -> dialed.send(ECHO_ID + RlpxNode.ECHO_MESSAGES, Bytes.EMPTY))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> dialed.send(0x01, Bytes.EMPTY))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
