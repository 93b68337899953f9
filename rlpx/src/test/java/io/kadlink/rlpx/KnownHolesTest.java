package io.kadlink.rlpx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.PublicKey;
import io.kadlink.identity.Signature;
import io.kadlink.identity.Signer;
import io.kadlink.rlpx.handshake.InitiatorHandshake;
import io.kadlink.rlpx.handshake.RecipientHandshake;
import io.kadlink.rlpx.handshake.SealedPackets;
import io.kadlink.rlpx.wire.BaseMessage;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.Hello;
import io.kadlink.rlpx.wire.ProtocolViolation;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.lang.management.ManagementFactory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Holes that were found in other clients, each of which a stranger could use with a few packets.
 * They are told one by one, so that none is opened again; what else can go wrong is in the tests of
 * hostile handshakes and sessions.
 */
@Timeout(30)
class KnownHolesTest {
  private static final int POINT_AT = 2;
  private static final int POINT_BYTES = 65;

  /** What an ECIES packet adds to its content: point, IV, MAC. */
  private static final int ECIES_OVERHEAD = POINT_BYTES + 16 + 32;

  /** Far more than any of this needs, far less than what is promised. */
  private static final long LITTLE = 256 * 1024;

  private final Random random = new Random(1);

  /** A node's key, with a note of how often it was used on someone's point. */
  private static final class CountingSigner implements Signer {
    private final NodeKey key = NodeKey.generate();
    private int multiplications;

    @Override
    public PublicKey publicKey() {
      return key.publicKey();
    }

    @Override
    public Signature sign(Bytes32 digest) {
      return key.sign(digest);
    }

    @Override
    public Bytes32 ecdhX(PublicKey peer) {
      multiplications++;
      return key.ecdhX(peer);
    }

    @Override
    public Bytes ecdhCompressed(PublicKey peer) {
      multiplications++;
      return key.ecdhCompressed(peer);
    }
  }

  // --- Short ECIES packets: slices beyond what has come crashed the process.

  @Test
  void anEciesPacketOfAnyLengthIsNoReasonToCrash() {
    CountingSigner us = new CountingSigner();
    byte[] auth = new InitiatorHandshake(NodeKey.generate(), us.publicKey(), random).auth();

    for (int length = POINT_AT; length < auth.length; length++) {
      byte[] cut = Arrays.copyOf(auth, length);
      assertThatThrownBy(() -> new RecipientHandshake(us, random).answer(cut))
          .as(length + " bytes")
          .isInstanceOf(ProtocolViolation.class);
      cut[0] = (byte) ((length - POINT_AT) >> 8); // and says so
      cut[1] = (byte) (length - POINT_AT);
      assertThatThrownBy(() -> new RecipientHandshake(us, random).answer(cut))
          .as(length + " bytes that say so")
          .isInstanceOf(ProtocolViolation.class);
    }
  }

  @Test
  void overTheWireAShortEciesPacketIsRefusedByItsSize() {
    int afterIv = POINT_BYTES + 16;
    for (int size :
        new int[] {0, 1, 64, POINT_BYTES, POINT_BYTES + 1, afterIv, afterIv + 1, ECIES_OVERHEAD}) {
      byte[] packet = new byte[2 + size];
      packet[1] = (byte) size;
      if (size > 0) {
        packet[2] = 4;
      }
      assertClosed("handshake-size", packet);
    }
  }

  @Test
  void anEciesPacketWithNothingInItIsRefused() {
    NodeKey us = NodeKey.generate();
    byte[] empty = SealedPackets.seal(new byte[0], us.publicKey(), random);

    assertThat(empty).hasSize(2 + ECIES_OVERHEAD);
    assertThatThrownBy(() -> new RecipientHandshake(us, random).answer(empty))
        .isInstanceOf(ProtocolViolation.class);
  }

  // --- Invalid-curve points: multiplied with a node's key, they tell its bits.

  @ParameterizedTest
  @ValueSource(
      strings = {
        // zero, and the smallest numbers
        "0000000000000000000000000000000000000000000000000000000000000000"
            + "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000001"
            + "0000000000000000000000000000000000000000000000000000000000000001",
        // the generator with y one too high: a point of y² = x³ + b for another b
        "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
            + "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b9",
        // the generator with x + p, and with y + p: past the field
        "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
            + "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f"
            + "0000000000000000000000000000000000000000000000000000000000000007"
      })
  void noPointOffTheCurveMeetsOurKey(String point) {
    CountingSigner us = new CountingSigner();
    byte[] auth = new InitiatorHandshake(NodeKey.generate(), us.publicKey(), random).auth();
    byte[] off = Bytes.fromHexString(point).toArrayUnsafe();
    System.arraycopy(off, 0, auth, POINT_AT + 1, off.length);

    assertClosed("ecies-point", auth);
    assertThatThrownBy(() -> new RecipientHandshake(us, random).answer(auth))
        .isInstanceOf(ProtocolViolation.class);
    assertThat(us.multiplications).isZero();
  }

  @Test
  void noKeyOffTheCurveInsideAnAuthMeetsOurKey() {
    CountingSigner us = new CountingSigner();
    String body =
        "f8a7"
            + "b841"
            + "01".repeat(64)
            + "00"
            + "b840"
            + "11".repeat(64)
            + "a0"
            + "22".repeat(32)
            + "04";
    byte[] auth =
        SealedPackets.seal(Bytes.fromHexString(body).toArrayUnsafe(), us.publicKey(), random);

    assertThatThrownBy(() -> new RecipientHandshake(us, random).answer(auth))
        .isInstanceOfSatisfying(
            ProtocolViolation.class,
            violation -> assertThat(violation.rule()).isEqualTo("handshake-key"));
    assertThat(us.multiplications).as("on the ephemeral point, to read the body").isEqualTo(1);
  }

  // --- A Hello that names another node than the handshake proved: trust for the asking.

  @Test
  void aHelloCanNotNameAnotherNodeThanTheHandshakeProved() throws Exception {
    try (EmbeddedPeer peer = new EmbeddedPeer().shakeHands()) {
      PublicKey trusted = NodeKey.generate().publicKey();
      peer.send(new Hello(5, "liar", List.of(RlpxNode.ECHO), 0, trusted));

      assertThat(peer.read().orElseThrow()).isInstanceOf(Hello.class);
      assertThat(peer.read())
          .contains(new BaseMessage.Disconnect(DisconnectReason.UNEXPECTED_IDENTITY));
      assertThat(peer.receiving).isCompletedExceptionally();
      assertThat(failed(peer, "hello-identity")).isEqualTo(1);
    }
  }

  // --- Lengths that are believed before anything has come: memory for a few bytes.

  @Test
  void theLengthOfAFrameTakesNoMemoryBeforeItsBytesHaveCome() throws Exception {
    try (EmbeddedPeer peer = new EmbeddedPeer()) {
      peer.channel.config().setAllocator(new UnpooledByteBufAllocator(false));
      peer.shakeHands().greet();
      peer.session().start((capability, id, payload) -> {});
      byte[] noise = new byte[8 * 1024 * 1024]; // does not get shorter by compression
      random.nextBytes(noise);
      byte[] start = peer.seal(0x10, Bytes.wrap(noise), 48);

      long before = allocated();
      peer.write(start);
      long taken = allocated() - before;

      assertThat(taken).isLessThan(LITTLE);
      assertThat(peer.channel.isOpen()).isTrue();
    }
  }

  @Test
  void beforeItsHelloAPeerCanNotEvenPromiseALargeFrame() throws Exception {
    try (EmbeddedPeer peer = new EmbeddedPeer().shakeHands()) {
      byte[] noise = new byte[3000];
      random.nextBytes(noise);
      peer.write(peer.seal(Hello.ID, Bytes.wrap(noise), 32)); // the header alone

      assertThat(peer.receiving).isCompletedExceptionally();
      assertThat(failed(peer, "frame-size")).isEqualTo(1);
    }
  }

  @Test
  void theLengthOfASnappyBlockTakesNoMemory() throws Exception {
    try (EmbeddedPeer peer = connected()) {
      long before = allocated();
      peer.send(0x10, Bytes.fromHexString("8080800800")); // five bytes, 16 MiB
      long taken = allocated() - before;

      assertThat(taken).isLessThan(LITTLE);
      assertThat(ended(peer, "snappy-bomb")).isEqualTo(1);
    }
    try (EmbeddedPeer peer = connected()) {
      long before = allocated();
      peer.send(0x10, Bytes.fromHexString("ffffffff0f00")); // six bytes, 4 GiB
      long taken = allocated() - before;

      assertThat(taken).isLessThan(LITTLE);
      assertThat(ended(peer, "snappy-size")).isEqualTo(1);
    }
  }

  // --- Ping floods: each ping had its answer queued, however slowly these were read
  //     (CVE-2023-40591).

  @Test
  void pingsAreAnsweredUpToABoundAndThenTheSessionEnds() throws Exception {
    try (EmbeddedPeer peer = connected()) {
      int pongs = 0;
      for (int i = 0; i < 10 * RlpxLimits.DEFAULT.maxPings() && peer.channel.isActive(); i++) {
        peer.send(BaseMessage.Ping.ID, Bytes.EMPTY);
      }
      while (peer.read().isPresent()) {
        pongs++;
      }

      assertThat(ended(peer, "ping-flood")).isEqualTo(1);
      assertThat(pongs)
          .as("with our own ping and the goodbye")
          .isLessThanOrEqualTo(RlpxLimits.DEFAULT.maxPings() + 2);
    }
  }

  // --- Decompression on the loop: one peer's large message was everyone's delay.

  @Test
  void aLargeMessageIsNotDecompressedOnTheLoop() throws Exception {
    Queue<Runnable> elsewhere = new ArrayDeque<>();
    boolean[] connected = new boolean[1];
    List<Bytes> received = new ArrayList<>();
    Bytes large = Bytes.wrap(new byte[8 * 1024 * 1024]);
    try (EmbeddedPeer peer =
        new EmbeddedPeer(
            Gate.OPEN,
            task -> {
              if (connected[0]) {
                elsewhere.add(task);
              } else {
                task.run();
              }
            })) {
      peer.shakeHands().greet();
      peer.session().start((capability, id, payload) -> received.add(payload));
      connected[0] = true;
      byte[] sealed = peer.seal(0x10, large, Integer.MAX_VALUE);

      long before = allocated();
      peer.write(sealed);
      long taken = allocated() - before;

      assertThat(received).isEmpty();
      assertThat(taken).as("on the loop").isLessThan(large.size());
      assertThat(elsewhere).hasSize(1);
      elsewhere.remove().run();
      peer.channel.runPendingTasks();
      assertThat(received).containsExactly(large);
    }
  }

  private EmbeddedPeer connected() throws Exception {
    EmbeddedPeer peer = new EmbeddedPeer().shakeHands().greet();
    peer.session().start((capability, id, payload) -> {});
    return peer;
  }

  /** One that sends this and nothing else is closed, for this reason. */
  private static void assertClosed(String rule, byte[] packet) {
    try (EmbeddedPeer peer = new EmbeddedPeer()) {
      peer.write(packet);

      assertThat(peer.channel.isOpen()).isFalse();
      assertThat(peer.receiving).isCompletedExceptionally();
      assertThat(failed(peer, rule)).as(rule).isEqualTo(1);
    }
  }

  private static double failed(EmbeddedPeer peer, String rule) {
    return peer.metrics.get("kadlink.rlpx.failed").tag("reason", rule).counter().count();
  }

  private static double ended(EmbeddedPeer peer, String rule) {
    return peer.metrics.get("kadlink.rlpx.ended").tag("rule", rule).counter().count();
  }

  private static long allocated() {
    return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
  }
}
