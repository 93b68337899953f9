package io.kadlink.rlpx;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.identity.NodeKey;
import io.kadlink.identity.PublicKey;
import io.kadlink.identity.Signature;
import io.kadlink.identity.Signer;
import io.kadlink.rlpx.RlpxException.Step;
import io.kadlink.rlpx.handshake.InitiatorHandshake;
import io.kadlink.rlpx.wire.BaseMessage;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.Hello;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What comes over the wire before there is a session. Throughout, the node under test has a session
 * with a bystander, and must still have it at the end.
 */
class HostileHandshakeTest {
  private static final Transport SOCKETS = Transport.sockets(2);
  private static final Duration SHORT = Duration.ofMillis(300);

  private final GateLog gate = new GateLog();
  private RlpxNode node;
  private RlpxNode bystander;
  private RlpxConnection kept;
  private BlockingQueue<RlpxNode.Message> heard;

  /** Notes who came how far. */
  private static final class GateLog implements Gate {
    final BlockingQueue<PublicKey> authenticated = new LinkedBlockingQueue<>();
    final AtomicInteger greeted = new AtomicInteger();

    @Override
    public boolean accept(SocketAddress remote) {
      return true;
    }

    @Override
    public CompletionStage<Optional<DisconnectReason>> authenticated(
        PublicKey remote, SocketAddress address, boolean inbound) {
      authenticated.add(remote);
      return CompletableFuture.completedStage(Optional.empty());
    }

    @Override
    public CompletionStage<Optional<DisconnectReason>> greeted(
        Hello hello, PublicKey remote, SocketAddress address, boolean inbound) {
      greeted.incrementAndGet();
      return CompletableFuture.completedStage(Optional.empty());
    }
  }

  /** The first handshake of a JVM takes longer than the limits here. */
  @BeforeAll
  static void warmUp() throws Exception {
    try (RlpxNode a = RlpxNode.listening(SOCKETS);
        RlpxNode b = RlpxNode.listening(SOCKETS)) {
      a.dial(b);
    }
  }

  @BeforeEach
  void connectTheBystander() throws Exception {
    RlpxLimits limits = RlpxLimits.builder().step(SHORT).maxUnauthenticated(3).build();
    node = RlpxNode.listening(SOCKETS, options -> options.gate(gate).limits(limits));
    bystander = RlpxNode.listening(SOCKETS);
    kept = bystander.dial(node);
    heard = RlpxNode.receive(node.accepted());
    gate.authenticated.clear();
    gate.greeted.set(0);
  }

  @AfterEach
  void theBystanderIsStillThere() throws Exception {
    kept.send(0x10, Bytes.of(1, 2, 3));
    assertThat(RlpxNode.next(heard).payload()).isEqualTo(Bytes.of(1, 2, 3));
    RlpxNode.await(
        "no connection lingers",
        () -> node.metrics.get("kadlink.rlpx.unauthenticated").gauge().value() == 0);
    node.close();
    bystander.close();
  }

  @AfterAll
  static void shutDown() {
    SOCKETS.workers().shutdownGracefully();
  }

  @Test
  void aWebBrowserIsClosedAtOnce() throws Exception {
    try (RawPeer peer = RawPeer.dial(node)) {
      peer.write("GET / HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII));

      assertThat(peer.seesTheEnd()).isTrue();
      assertRefused("handshake-size");
    }
  }

  @Test
  void randomBytesAreClosedAtOnce() throws Exception {
    try (RawPeer peer = RawPeer.dial(node)) {
      byte[] garbage = new byte[1000];
      garbage[0] = 1;
      garbage[2] = 0x55;
      peer.write(garbage);

      assertThat(peer.seesTheEnd()).isTrue();
      assertRefused("handshake-garbage");
    }
  }

  @Test
  void anAuthOfTheFormatBeforeEip8IsRefusedAsSuch() throws Exception {
    try (RawPeer peer = RawPeer.dial(node)) {
      peer.write(Eip8Vectors.bytes("auth-1"));

      assertThat(peer.seesTheEnd()).isTrue();
      assertRefused("handshake-old-format");
    }
  }

  @Test
  void anAuthForAnotherKeyIsRefused() throws Exception {
    try (RawPeer peer = RawPeer.dial(node)) {
      peer.write(
          new InitiatorHandshake(peer.key, bystander.publicKey(), new SecureRandom()).auth());

      assertThat(peer.seesTheEnd()).isTrue();
      assertRefused("ecies-tag");
    }
  }

  @Test
  void anAuthWithOneBitTurnedIsRefused() throws Exception {
    try (RawPeer peer = RawPeer.dial(node)) {
      byte[] auth = new InitiatorHandshake(peer.key, node.publicKey(), new SecureRandom()).auth();
      auth[200] ^= 1;
      peer.write(auth);

      assertThat(peer.seesTheEnd()).isTrue();
      assertRefused("ecies-tag");
    }
  }

  @Test
  void anAuthInSmallPiecesIsTaken() throws Exception {
    try (RawPeer peer = RawPeer.dial(node)) {
      InitiatorHandshake handshake =
          new InitiatorHandshake(peer.key, node.publicKey(), new SecureRandom());
      for (byte b : handshake.auth()) {
        peer.write(new byte[] {b});
      }

      assertThat(handshake.complete(peer.readPacket()).remote()).isEqualTo(node.publicKey());
    }
  }

  @Test
  void silenceInsteadOfAnAuthIsTimed() throws Exception {
    try (RawPeer peer = RawPeer.dial(node)) {
      assertThat(peer.seesTheEnd()).isTrue();
      assertRefused("timeout");
    }
  }

  @Test
  void halfAnAuthIsTimed() throws Exception {
    try (RawPeer peer = RawPeer.dial(node)) {
      byte[] auth = new InitiatorHandshake(peer.key, node.publicKey(), new SecureRandom()).auth();
      peer.write(java.util.Arrays.copyOf(auth, 100));

      assertThat(peer.seesTheEnd()).isTrue();
      assertRefused("timeout");
    }
  }

  @Test
  void silenceInsteadOfAHelloIsTimedAndTold() throws Exception {
    try (RawPeer peer = RawPeer.dial(node).shakeHandsWith(node)) {
      assertThat(peer.read(false)).isInstanceOf(Hello.class);
      assertThat(peer.read(false)).isEqualTo(new BaseMessage.Disconnect(DisconnectReason.TIMEOUT));
      assertThat(peer.seesTheEnd()).isTrue();
      assertThat(node.count("kadlink.rlpx.failed", "step", "hello", "reason", "timeout"))
          .isEqualTo(1);
    }
  }

  @Test
  void whoeverClaimsAnothersKeyGetsNoSession() throws Exception {
    NodeKey victim = NodeKey.generate();
    NodeKey own = NodeKey.generate();
    Signer impostor =
        new Signer() {
          @Override
          public PublicKey publicKey() {
            return victim.publicKey();
          }

          @Override
          public Signature sign(Bytes32 digest) {
            return own.sign(digest);
          }

          @Override
          public Bytes32 ecdhX(PublicKey peer) {
            return own.ecdhX(peer);
          }

          @Override
          public Bytes ecdhCompressed(PublicKey peer) {
            return own.ecdhCompressed(peer);
          }
        };
    try (RawPeer peer = RawPeer.dial(node)) {
      peer.write(new InitiatorHandshake(impostor, node.publicKey(), new SecureRandom()).auth());
      peer.readPacket();
      assertThat(RlpxNode.next(gate.authenticated)).isEqualTo(victim.publicKey());
      peer.write(new byte[64]);
      RlpxNode.await(
          "the frame is refused",
          () -> node.count("kadlink.rlpx.failed", "reason", "header-mac") == 1);
    }
    assertThat(gate.greeted).hasValue(0);
  }

  @Test
  void moreUnauthenticatedConnectionsThanAllowedAreClosed() throws Exception {
    try (RawPeer first = RawPeer.dial(node);
        RawPeer second = RawPeer.dial(node);
        RawPeer third = RawPeer.dial(node);
        RawPeer fourth = RawPeer.dial(node)) {
      assertThat(fourth.seesTheEnd()).isTrue();
      assertRefused("too-many-unauthenticated");
      assertThat(first.seesTheEnd() && second.seesTheEnd() && third.seesTheEnd()).isTrue();
    }
  }

  @Test
  void dialingTheWrongKeyFailsAtTheHandshake() throws Exception {
    RlpxException failure =
        RlpxNode.failure(bystander.rlpx.dial(node.address, NodeKey.generate().publicKey()));

    assertThat(failure.step()).isEqualTo(Step.HANDSHAKE);
    assertThat(failure).hasMessageContaining("has it the key we dialed?");
    assertRefused("ecies-tag");
  }

  @Test
  void dialingOneselfIsRefused() throws Exception {
    RlpxException failure = RlpxNode.failure(node.rlpx.dial(node.address, node.publicKey()));

    assertThat(failure.step()).isEqualTo(Step.REFUSED_BY_US);
    assertThat(failure.reason()).contains(DisconnectReason.SELF);
  }

  @Test
  void dialingAClosedPortFailsAtConnect() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    RlpxException failure =
        RlpxNode.failure(
            node.rlpx.dial(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                NodeKey.generate().publicKey()));

    assertThat(failure.step()).isEqualTo(Step.CONNECT);
  }

  @Test
  void dialingSomeoneSilentFailsInTime() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      RlpxException failure =
          RlpxNode.failure(
              node.rlpx.dial(
                  (InetSocketAddress) server.getLocalSocketAddress(),
                  NodeKey.generate().publicKey()));

      assertThat(failure.step()).isEqualTo(Step.HANDSHAKE);
      assertThat(failure.reason()).contains(DisconnectReason.TIMEOUT);
      assertThat(failure).hasMessageContaining("its ack");
    }
  }

  @Test
  void anAckOfTheFormatBeforeEip8EndsTheDial() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CompletionStage<RlpxConnection> dial =
          node.rlpx.dial(
              (InetSocketAddress) server.getLocalSocketAddress(), NodeKey.generate().publicKey());
      try (RawPeer peer = RawPeer.accept(server, NodeKey.generate())) {
        peer.write(Eip8Vectors.bytes("ack-1"));

        assertThat(RlpxNode.failure(dial)).hasMessageContaining("before EIP-8");
        assertThat(
                node.count(
                    "kadlink.rlpx.failed", "direction", "out", "reason", "handshake-old-format"))
            .isEqualTo(1);
      }
    }
  }

  private void assertRefused(String reason) throws Exception {
    RlpxNode.await(
        reason + " is counted",
        () -> node.count("kadlink.rlpx.failed", "direction", "in", "reason", reason) == 1);
    assertThat(gate.authenticated).isEmpty();
  }
}
