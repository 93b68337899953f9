package io.kadlink.rlpx;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.identity.NodeKey;
import io.kadlink.identity.PublicKey;
import io.kadlink.rlpx.RlpxException.Step;
import io.kadlink.rlpx.handshake.PacketAssembler;
import io.kadlink.rlpx.handshake.RecipientHandshake;
import io.kadlink.rlpx.wire.BaseMessage;
import io.kadlink.rlpx.wire.BaseMessageCodec;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.Hello;
import io.kadlink.rlpx.wire.MessageCodec;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Why the other side left is told, also when it has left before we were ready to listen. */
class LastWordsTest {
  private static final Transport EPOLL = Transport.sockets(2);
  private static final Transport NIO = Transport.nio(2);

  /** A gate whose answers the test gives. */
  private static final class Pondering implements Gate {
    final CompletableFuture<Optional<DisconnectReason>> authenticated = new CompletableFuture<>();
    final CompletableFuture<Optional<DisconnectReason>> greeted = new CompletableFuture<>();

    @Override
    public boolean accept(SocketAddress remote) {
      return true;
    }

    @Override
    public CompletionStage<Optional<DisconnectReason>> authenticated(
        PublicKey remote, SocketAddress address, boolean inbound) {
      return authenticated;
    }

    @Override
    public CompletionStage<Optional<DisconnectReason>> greeted(
        Hello hello, PublicKey remote, SocketAddress address, boolean inbound) {
      return greeted;
    }
  }

  @AfterAll
  static void shutDown() {
    EPOLL.workers().shutdownGracefully();
    NIO.workers().shutdownGracefully();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aRefusalIsHeardWhileOurOwnGateStillDecides(boolean epoll) throws Exception {
    Transport sockets = epoll ? EPOLL : NIO;
    Pondering refusing = new Pondering();
    refusing.authenticated.complete(Optional.of(DisconnectReason.TOO_MANY_PEERS));
    try (RlpxNode dialer = RlpxNode.listening(sockets, options -> options.gate(new Pondering()));
        RlpxNode full = RlpxNode.listening(sockets, options -> options.gate(refusing))) {
      RlpxException failure = RlpxNode.failure(dialer.rlpx.dial(full.address, full.publicKey()));

      assertThat(failure.step()).isEqualTo(Step.HELLO);
      assertThat(failure.reason()).contains(DisconnectReason.TOO_MANY_PEERS);
    }
  }

  @Test
  void whoClosesWhileOurGateStillDecidesIsNotSaidToHaveAnotherKey() throws Exception {
    try (EmbeddedPeer peer = new EmbeddedPeer(new Pondering()).shakeHands()) {
      peer.channel.close();

      RlpxException failure = RlpxNode.failure(peer.receiving);
      assertThat(failure.step()).isEqualTo(Step.HELLO);
      assertThat(failure).hasMessageEndingWith("the other side closed the connection");
    }
  }

  @Test
  void aHelloThatComesWhileOurGateStillDecidesIsTakenOnceItHas() throws Exception {
    Pondering gate = new Pondering();
    try (EmbeddedPeer peer = new EmbeddedPeer(gate).shakeHands()) {
      peer.send(new Hello(5, "early", List.of(RlpxNode.ECHO), 0, peer.theirs.publicKey()));
      assertThat(peer.read()).isEmpty();
      assertThat(peer.channel.config().isAutoRead()).isFalse();

      gate.authenticated.complete(Optional.empty());
      assertThat(peer.read()).containsInstanceOf(Hello.class);
      gate.greeted.complete(Optional.empty());
      assertThat(peer.session().remoteHello().clientId()).isEqualTo("early");
    }
  }

  @Test
  void aDisconnectAmongMessagesThatNobodyTookIsHeardInTheEnd() throws Exception {
    Pondering gate = new Pondering();
    gate.authenticated.complete(Optional.empty());
    try (EmbeddedPeer peer = new EmbeddedPeer(gate).shakeHands().greet()) {
      peer.send(0x10, Bytes.random(5000));
      peer.send(new BaseMessage.Disconnect(DisconnectReason.USELESS_PEER));
      peer.channel.close();

      RlpxException failure = RlpxNode.failure(peer.receiving);
      assertThat(failure.step()).isEqualTo(Step.HELLO);
      assertThat(failure.reason()).contains(DisconnectReason.USELESS_PEER);
    }
  }

  @Test
  void aSessionThatNeverStartedEndsWithTheDisconnectThatWaited() throws Exception {
    try (EmbeddedPeer peer = new EmbeddedPeer().shakeHands().greet()) {
      peer.send(0x10, Bytes.of(1));
      peer.send(new BaseMessage.Disconnect(DisconnectReason.CLIENT_QUITTING));
      peer.channel.close();

      RlpxConnection.Ending ending = RlpxNode.get(peer.session().closed());
      assertThat(ending.reason()).isEqualTo(DisconnectReason.CLIENT_QUITTING);
      assertThat(ending.byRemote()).isTrue();
    }
  }

  @Test
  void aGarbledLastWordIsALostConnection() throws Exception {
    try (EmbeddedPeer peer = new EmbeddedPeer().shakeHands().greet()) {
      peer.session();
      peer.write(new byte[32]);
      peer.channel.close();

      assertThat(RlpxNode.get(peer.session().closed()).reason())
          .isEqualTo(DisconnectReason.NETWORK_ERROR);
    }
  }

  @Test
  void aRefusalBehindTheAckIsHeardThoughTheSocketIsGoneBeforeTheKeysAreMade() throws Exception {
    NodeKey theirs = NodeKey.generate();
    EmbeddedChannel channel = new EmbeddedChannel();
    Queue<Runnable> computations = new ArrayDeque<>();
    RlpxOptions options =
        RlpxOptions.builder(NodeKey.generate(), "kadlink/test", new SimpleMeterRegistry())
            .capability(RlpxNode.ECHO, RlpxNode.ECHO_MESSAGES)
            .computation(computations::add)
            .gate(new Pondering())
            .build();
    Transport none =
        new Transport(
            channel.eventLoop().parent(),
            channel.eventLoop().parent(),
            () -> channel,
            () -> {
              throw new UnsupportedOperationException();
            });
    var dialing = new NettyRlpx(options, none).initiate(channel, theirs.publicKey());
    computations.remove().run();
    channel.runPendingTasks();
    PacketAssembler auth = new PacketAssembler();
    ByteBuf sent = channel.readOutbound();
    assertThat(auth.read(sent)).isTrue();
    sent.release();
    var answer = new RecipientHandshake(theirs, new Random(3)).answer(auth.packet());
    ByteBuf frame =
        MessageCodec.encode(
            UnpooledByteBufAllocator.DEFAULT,
            BaseMessage.Disconnect.ID,
            BaseMessageCodec.encode(new BaseMessage.Disconnect(DisconnectReason.TOO_MANY_PEERS)),
            false);
    ByteBuf ackAndRefusal = Unpooled.buffer().writeBytes(answer.ack());
    answer
        .result()
        .keys()
        .writer()
        .write(frame.array(), frame.arrayOffset(), frame.readableBytes(), ackAndRefusal);
    channel.writeInbound(ackAndRefusal);
    channel.close();
    channel.runPendingTasks();

    computations.remove().run();
    channel.runPendingTasks();

    RlpxException failure = RlpxNode.failure(dialing);
    assertThat(failure.step()).isEqualTo(Step.HELLO);
    assertThat(failure.reason()).contains(DisconnectReason.TOO_MANY_PEERS);
  }
}
