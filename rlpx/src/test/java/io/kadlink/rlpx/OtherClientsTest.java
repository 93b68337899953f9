package io.kadlink.rlpx;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.identity.NodeKey;
import io.kadlink.rlpx.RlpxException.Step;
import io.kadlink.rlpx.RlpxNode.Message;
import io.kadlink.rlpx.wire.BaseMessage;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.Hello;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What other clients do that the specification allows, or that is simply out there. */
class OtherClientsTest {
  private static final Transport SOCKETS = Transport.sockets(2);
  private static final int ECHO_ID = 0x10;
  private static final Bytes PAYLOAD = Bytes.wrap(new byte[1000]);

  private RlpxNode node;

  @BeforeEach
  void listen() throws Exception {
    node = RlpxNode.listening(SOCKETS);
  }

  @AfterEach
  void close() {
    node.close();
  }

  @AfterAll
  static void shutDown() {
    SOCKETS.workers().shutdownGracefully();
  }

  @ParameterizedTest
  @CsvSource({"4, false", "5, true", "6, true"})
  void payloadsAreCompressedFromVersionFiveOn(int version, boolean compressed) throws Exception {
    try (RawPeer peer = RawPeer.dial(node).shakeHandsWith(node)) {
      assertThat(peer.read(false)).isInstanceOf(Hello.class);
      peer.send(new Hello(version, "other", List.of(RlpxNode.ECHO), 0, peer.key.publicKey()));
      RlpxConnection session = node.accepted();
      session.send(ECHO_ID, PAYLOAD);
      assertThat(peer.readFrame().length < 100).isEqualTo(compressed);

      BlockingQueue<Message> received = RlpxNode.receive(session);
      peer.send(ECHO_ID, PAYLOAD, compressed);
      assertThat(RlpxNode.next(received).payload()).isEqualTo(PAYLOAD);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"c104", "04", "0204c104", "010004"})
  void disconnectMayComeInPlaceOfHello(String payload) throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      NodeKey key = NodeKey.generate();
      CompletionStage<RlpxConnection> dial =
          node.rlpx.dial((InetSocketAddress) server.getLocalSocketAddress(), key.publicKey());
      try (RawPeer peer = RawPeer.accept(server, key).answerHandshake()) {
        peer.send(BaseMessage.Disconnect.ID, Bytes.fromHexString(payload), false);

        RlpxException failure = RlpxNode.failure(dial);
        assertThat(failure.step()).isEqualTo(Step.HELLO);
        assertThat(failure.reason()).contains(DisconnectReason.TOO_MANY_PEERS);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"c104", "04", "0204c104", "010004"})
  void disconnectEndsASessionInAnyOfItsForms(String payload) throws Exception {
    try (RawPeer peer = RawPeer.dial(node).shakeHandsWith(node).greet()) {
      RlpxConnection session = node.accepted();
      RlpxNode.receive(session);
      peer.send(BaseMessage.Disconnect.ID, Bytes.fromHexString(payload), false);

      RlpxConnection.Ending ending = RlpxNode.get(session.closed());
      assertThat(ending.reason()).isEqualTo(DisconnectReason.TOO_MANY_PEERS);
      assertThat(ending.byRemote()).isTrue();
    }
  }

  @Test
  void messagesMayFollowHelloAtOnce() throws Exception {
    try (RawPeer peer = RawPeer.dial(node).shakeHandsWith(node)) {
      peer.send(peer.hello(peer.key.publicKey(), RlpxNode.ECHO));
      peer.send(ECHO_ID, PAYLOAD, true);
      peer.send(ECHO_ID + 1, PAYLOAD, true);
      BlockingQueue<Message> received = RlpxNode.receive(node.accepted());

      assertThat(RlpxNode.next(received).id()).isEqualTo(ECHO_ID);
      assertThat(RlpxNode.next(received).id()).isEqualTo(ECHO_ID + 1);
    }
  }
}
