package io.kadlink.rlpx.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kadlink.identity.NodeKey;
import io.kadlink.identity.PublicKey;
import io.kadlink.rlpx.frame.FrameSecrets;
import io.kadlink.rlpx.wire.ProtocolViolation;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Both roles against each other, and packets that are none. */
class HandshakeTest {
  private final Random random = new Random(11);
  private final NodeKey alice = NodeKey.generate();
  private final NodeKey bob = NodeKey.generate();

  @Test
  void bothRolesAgree() throws Exception {
    InitiatorHandshake initiator = new InitiatorHandshake(alice, bob.publicKey(), random);
    RecipientHandshake.Answer answer = new RecipientHandshake(bob, random).answer(initiator.auth());
    HandshakeResult dialed = initiator.complete(answer.ack());
    HandshakeResult accepted = answer.result();

    assertThat(dialed.remote()).isEqualTo(bob.publicKey());
    assertThat(accepted.remote()).isEqualTo(alice.publicKey());
    assertThat(FrameSecrets.aes(dialed.keys())).isEqualTo(FrameSecrets.aes(accepted.keys()));
    assertThat(FrameSecrets.mac(dialed.keys())).isEqualTo(FrameSecrets.mac(accepted.keys()));
    assertThat(FrameSecrets.egressMac(dialed.keys()))
        .isEqualTo(FrameSecrets.ingressMac(accepted.keys()))
        .isNotEqualTo(FrameSecrets.egressMac(accepted.keys()));
    assertThat(FrameSecrets.ingressMac(dialed.keys()))
        .isEqualTo(FrameSecrets.egressMac(accepted.keys()));
  }

  @Test
  void packetsAreLongerThanThoseOfTheOldFormatAndOfVaryingLength() {
    Set<Integer> lengths = new HashSet<>();
    for (int i = 0; i < 30; i++) {
      byte[] auth = new InitiatorHandshake(alice, bob.publicKey(), random).auth();
      assertThat(auth.length).isBetween(308, PacketAssembler.MAX_PACKET_BYTES);
      lengths.add(auth.length);
    }
    assertThat(lengths).hasSizeGreaterThan(5);
  }

  @Test
  void anAckForAnotherDialIsRefused() throws Exception {
    InitiatorHandshake initiator = new InitiatorHandshake(alice, bob.publicKey(), random);
    byte[] ack =
        new RecipientHandshake(bob, random)
            .answer(new InitiatorHandshake(bob, bob.publicKey(), random).auth())
            .ack();

    assertViolation(() -> initiator.complete(ack), "ecies-tag");
  }

  @Test
  void everyByteOfAPacketIsAuthenticated() throws Exception {
    byte[] auth = new InitiatorHandshake(alice, bob.publicKey(), random).auth();
    for (int i = 0; i < auth.length; i++) {
      byte[] changed = auth.clone();
      changed[i] ^= 0x20;

      assertThatThrownBy(() -> new RecipientHandshake(bob, random).answer(changed))
          .as("byte %d", i)
          .isInstanceOf(ProtocolViolation.class);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0000, handshake-size",
    "0071, handshake-size",
    "0801, handshake-size",
    "ffff, handshake-size",
    "010005, handshake-garbage",
    "04ab05, handshake-old-format",
    "16030102, handshake-size" // TLS
  })
  void aStartThatCantBecomeAPacketIsRefusedWithoutWaitingForMore(String hex, String rule) {
    ByteBuf start = Unpooled.wrappedBuffer(Bytes.fromHexString(hex).toArrayUnsafe());

    assertViolation(() -> new PacketAssembler().read(start), rule);
  }

  @Test
  void aPointThatIsNoneIsRefusedBeforeTheRestHasCome() {
    byte[] start = new byte[67];
    start[0] = 1;
    start[2] = 4;

    assertViolation(() -> new PacketAssembler().read(Unpooled.wrappedBuffer(start)), "ecies-point");
  }

  @Test
  void anOldPacketWhoseThirdByteLooksLikeAPointIsStillRecognised() {
    NodeKey key;
    do {
      key = NodeKey.generate();
    } while (key.publicKey().bytes().get(1) != 4);
    byte[] old = new byte[307];
    old[0] = 4;
    System.arraycopy(key.publicKey().bytes().toArrayUnsafe(), 0, old, 1, PublicKey.BYTES);

    assertViolation(
        () -> new PacketAssembler().read(Unpooled.wrappedBuffer(old)), "handshake-old-format");
  }

  @Test
  void aPacketIsTakenWholeAndNoByteMore() throws Exception {
    byte[] auth = new InitiatorHandshake(alice, bob.publicKey(), random).auth();
    ByteBuf in = Unpooled.wrappedBuffer(auth, new byte[] {1, 2, 3});
    PacketAssembler assembler = new PacketAssembler();

    assertThat(assembler.read(in)).isTrue();
    assertThat(assembler.packet()).isEqualTo(auth);
    assertThat(in.readableBytes()).isEqualTo(3);
  }

  @Test
  void aBodyThatIsEncryptedWellButSaysNonsenseIsRefused() {
    for (String body : new String[] {"", "c0", "80", "ff", "f8", "b840"}) {
      byte[] packet =
          SealedPackets.seal(Bytes.fromHexString(body).toArrayUnsafe(), bob.publicKey(), random);

      assertViolation(
          () -> new RecipientHandshake(bob, random).answer(packet), "handshake-malformed");
      assertViolation(
          () -> new InitiatorHandshake(bob, alice.publicKey(), random).complete(packet),
          "handshake-malformed");
    }
  }

  @Test
  void aKeyInABodyThatIsNoPointIsRefused() {
    byte[] packet =
        SealedPackets.seal(
            Bytes.fromHexString("f863" + "b840" + "11".repeat(64) + "a0" + "22".repeat(32))
                .toArrayUnsafe(),
            bob.publicKey(),
            random);

    assertViolation(
        () -> new InitiatorHandshake(bob, alice.publicKey(), random).complete(packet),
        "handshake-key");
  }

  @Test
  void theSameRandomnessMakesTheSamePackets() {
    assertThat(new InitiatorHandshake(alice, bob.publicKey(), new Random(1)).auth())
        .isEqualTo(new InitiatorHandshake(alice, bob.publicKey(), new Random(1)).auth());
  }

  @Test
  void whatIsHandedOutIsACopy() {
    InitiatorHandshake initiator = new InitiatorHandshake(alice, bob.publicKey(), random);
    byte[] auth = initiator.auth();
    Arrays.fill(initiator.auth(), (byte) 0);

    assertThat(initiator.auth()).isEqualTo(auth);
  }

  private interface Attack {
    void run() throws Exception;
  }

  private static void assertViolation(Attack attack, String rule) {
    assertThatThrownBy(attack::run)
        .isInstanceOfSatisfying(
            ProtocolViolation.class, violation -> assertThat(violation.rule()).isEqualTo(rule));
  }
}
