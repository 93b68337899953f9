package io.kadlink.rlpx;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.identity.NodeKey;
import io.kadlink.rlpx.RlpxConnection.Ending;
import io.kadlink.rlpx.wire.BaseMessage;
import io.kadlink.rlpx.wire.BaseMessageCodec;
import io.kadlink.rlpx.wire.Capability;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.Hello;
import io.kadlink.rlpx.wire.ProtocolViolation;
import java.util.HexFormat;
import java.util.concurrent.BlockingQueue;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What an authenticated peer can do wrong. Throughout, the node under test has a session with a
 * bystander, and must still have it at the end.
 */
class HostileSessionTest {
  private static final Transport SOCKETS = Transport.sockets(2);
  private static final int ECHO_ID = 0x10;

  private RlpxNode node;
  private RlpxNode bystander;
  private RlpxConnection kept;
  private BlockingQueue<RlpxNode.Message> heard;

  @BeforeEach
  void connectTheBystander() throws Exception {
    node = RlpxNode.listening(SOCKETS);
    bystander = RlpxNode.listening(SOCKETS);
    kept = bystander.dial(node);
    heard = RlpxNode.receive(node.accepted());
  }

  @AfterEach
  void theBystanderIsStillThere() throws Exception {
    kept.send(ECHO_ID, Bytes.of(1, 2, 3));
    assertThat(RlpxNode.next(heard).payload()).isEqualTo(Bytes.of(1, 2, 3));
    node.close();
    bystander.close();
  }

  @AfterAll
  static void shutDown() {
    SOCKETS.workers().shutdownGracefully();
  }

  @ParameterizedTest
  @CsvSource({"20, header-mac", "3, header-mac", "33, frame-mac", "49, frame-mac"})
  void oneBitTurnedAnywhereInAFrameEndsTheSession(int position, String rule) throws Exception {
    try (RawPeer peer = connected()) {
      RlpxConnection session = started();
      byte[] frame = peer.seal(HexFormat.of().parseHex("1001020304"));
      frame[position] ^= 0x10;
      peer.write(frame);

      assertDisconnected(peer, session, DisconnectReason.PROTOCOL_BREACH, rule);
    }
  }

  @Test
  void anEmptyFrameEndsTheSession() throws Exception {
    try (RawPeer peer = connected()) {
      RlpxConnection session = started();
      peer.write(peer.seal(new byte[0]));

      assertDisconnected(peer, session, DisconnectReason.PROTOCOL_BREACH, "frame-empty");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "8080808001, snappy-size", // says 2^28 bytes: more than a message may hold
    "8080800800, snappy-bomb", // says 2^24 bytes: as much as it may hold, in five bytes
    "ffffffffffff, snappy-broken",
    "0a00, snappy-broken"
  })
  void aPayloadThatIsNotWhatItClaimsEndsTheSession(String payload, String rule) throws Exception {
    try (RawPeer peer = connected()) {
      RlpxConnection session = started();
      peer.send(ECHO_ID, Bytes.fromHexString(payload), false);

      assertDisconnected(peer, session, DisconnectReason.PROTOCOL_BREACH, rule);
    }
  }

  @Test
  void anIdThatNoSharedCapabilityOwnsEndsTheSession() throws Exception {
    try (RawPeer peer = connected()) {
      RlpxConnection session = started();
      peer.send(ECHO_ID + RlpxNode.ECHO_MESSAGES, Bytes.EMPTY, true);

      assertDisconnected(peer, session, DisconnectReason.PROTOCOL_BREACH, "message-id");
    }
  }

  @Test
  void aSecondHelloEndsTheSession() throws Exception {
    try (RawPeer peer = connected()) {
      RlpxConnection session = started();
      peer.send(peer.hello(peer.key.publicKey(), RlpxNode.ECHO));

      assertDisconnected(peer, session, DisconnectReason.PROTOCOL_BREACH, "hello-twice");
    }
  }

  @Test
  void aFloodOfPingsEndsTheSession() throws Exception {
    try (RawPeer peer = connected()) {
      RlpxConnection session = started();
      for (int i = 0; i <= RlpxLimits.DEFAULT.maxPings(); i++) {
        peer.send(BaseMessage.Ping.ID, Bytes.EMPTY, false);
      }
      for (int i = 0; i < RlpxLimits.DEFAULT.maxPings(); i++) {
        assertThat(peer.read(true)).isEqualTo(new BaseMessage.Pong());
      }
      assertDisconnected(peer, session, DisconnectReason.PROTOCOL_BREACH, "ping-flood");
    }
  }

  @Test
  void aBaseMessageOfALaterVersionIsIgnored() throws Exception {
    try (RawPeer peer = connected()) {
      started();
      peer.send(0x0f, Bytes.of(1), false);
      peer.send(new BaseMessage.Ping());

      assertThat(peer.read(true)).isEqualTo(new BaseMessage.Pong());
      assertThat(node.count("kadlink.rlpx.dropped", "reason", "base-message-unknown")).isEqualTo(1);
    }
  }

  @Test
  void aViolationThatTheListenerFindsIsToldWithItsReason() throws Exception {
    try (RawPeer peer = connected()) {
      RlpxConnection session = node.accepted();
      session.start(
          (capability, id, payload) -> {
            throw new ProtocolViolation(
                DisconnectReason.SUBPROTOCOL_ERROR, "eth-status", "wrong genesis");
          });
      peer.send(ECHO_ID, Bytes.EMPTY, true);

      assertDisconnected(peer, session, DisconnectReason.SUBPROTOCOL_ERROR, "eth-status");
      assertThat(RlpxNode.get(session.closed()).detail()).isEqualTo("wrong genesis");
    }
  }

  @Test
  void aListenerThatFailsEndsItsOwnSessionOnly() throws Exception {
    try (RawPeer peer = connected()) {
      RlpxConnection session = node.accepted();
      session.start(
          (capability, id, payload) -> {
            throw new IllegalStateException("on purpose");
          });
      peer.send(ECHO_ID, Bytes.EMPTY, true);

      assertDisconnected(peer, session, DisconnectReason.SUBPROTOCOL_ERROR, "internal");
    }
  }

  @Test
  void aConnectionThatBreaksIsANetworkError() throws Exception {
    RawPeer peer = connected();
    RlpxConnection session = started();
    peer.close();

    Ending ending = RlpxNode.get(session.closed());
    assertThat(ending.reason()).isEqualTo(DisconnectReason.NETWORK_ERROR);
    assertThat(ending.byRemote()).isTrue();
  }

  @Test
  void aHelloWithAnotherKeyThanTheHandshakesIsRefused() throws Exception {
    try (RawPeer peer = RawPeer.dial(node).shakeHandsWith(node)) {
      assertThat(peer.read(false)).isInstanceOf(Hello.class);
      peer.send(peer.hello(NodeKey.generate().publicKey(), RlpxNode.ECHO));

      assertRefused(peer, true, DisconnectReason.UNEXPECTED_IDENTITY, "hello-identity");
    }
  }

  @Test
  void aHelloWithoutAKeyIsRefused() throws Exception {
    try (RawPeer peer = RawPeer.dial(node).shakeHandsWith(node)) {
      assertThat(peer.read(false)).isInstanceOf(Hello.class);
      Bytes hello = BaseMessageCodec.encode(peer.hello(peer.key.publicKey(), RlpxNode.ECHO));
      Bytes nulled = Bytes.concatenate(hello.slice(0, hello.size() - 64), Bytes.wrap(new byte[64]));
      peer.send(Hello.ID, nulled, false);

      assertRefused(peer, false, DisconnectReason.INVALID_IDENTITY, "hello-key");
    }
  }

  @Test
  void aPeerWithoutASharedCapabilityIsUseless() throws Exception {
    try (RawPeer peer = RawPeer.dial(node).shakeHandsWith(node)) {
      assertThat(peer.read(false)).isInstanceOf(Hello.class);
      peer.send(
          peer.hello(peer.key.publicKey(), new Capability("echo", 2), new Capability("eth", 68)));

      assertRefused(peer, true, DisconnectReason.USELESS_PEER, "no-shared-capability");
    }
  }

  @Test
  void aFrameTooLongForAHelloIsRefusedByItsHeader() throws Exception {
    try (RawPeer peer = RawPeer.dial(node).shakeHandsWith(node)) {
      assertThat(peer.read(false)).isInstanceOf(Hello.class);
      byte[] frame = peer.seal(new byte[3000]);
      peer.write(java.util.Arrays.copyOf(frame, 32));

      assertRefused(peer, false, DisconnectReason.PROTOCOL_BREACH, "frame-size");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0x02, 0x03, 0x0f, 0x10})
  void anythingButHelloAtFirstIsRefused(int id) throws Exception {
    try (RawPeer peer = RawPeer.dial(node).shakeHandsWith(node)) {
      assertThat(peer.read(false)).isInstanceOf(Hello.class);
      peer.send(id, Bytes.EMPTY, false);

      assertRefused(peer, false, DisconnectReason.PROTOCOL_BREACH, "hello-expected");
    }
  }

  private RawPeer connected() throws Exception {
    return RawPeer.dial(node).shakeHandsWith(node).greet();
  }

  private RlpxConnection started() throws Exception {
    RlpxConnection session = node.accepted();
    RlpxNode.receive(session);
    return session;
  }

  private void assertDisconnected(
      RawPeer peer, RlpxConnection session, DisconnectReason reason, String rule) throws Exception {
    assertThat(peer.read(true)).isEqualTo(new BaseMessage.Disconnect(reason));
    assertThat(peer.seesTheEnd()).isTrue();
    peer.close();
    Ending ending = RlpxNode.get(session.closed());
    assertThat(ending.reason()).isEqualTo(reason);
    assertThat(ending.byRemote()).isFalse();
    assertThat(node.count("kadlink.rlpx.ended", "by", "us", "rule", rule)).isEqualTo(1);
    assertThat(session.send(ECHO_ID, Bytes.EMPTY)).isFalse();
  }

  private void assertRefused(RawPeer peer, boolean compressed, DisconnectReason reason, String rule)
      throws Exception {
    byte[] raw = peer.readFrame();
    Bytes payload = Bytes.wrap(raw).slice(1);
    assertThat(raw[0]).isEqualTo((byte) BaseMessage.Disconnect.ID);
    assertThat(payload.size() > 2).as("compressed").isEqualTo(compressed);
    assertThat(BaseMessageCodec.decode(1, payload)).isEqualTo(new BaseMessage.Disconnect(reason));
    assertThat(peer.seesTheEnd()).isTrue();
    assertThat(node.count("kadlink.rlpx.failed", "step", "hello", "reason", rule)).isEqualTo(1);
    assertThat(node.accepted).isEmpty();
  }
}
