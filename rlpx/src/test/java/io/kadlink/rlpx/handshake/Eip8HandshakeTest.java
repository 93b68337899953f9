package io.kadlink.rlpx.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kadlink.identity.NodeKey;
import io.kadlink.identity.crypto.Keccak256;
import io.kadlink.rlpx.Eip8Vectors;
import io.kadlink.rlpx.frame.FrameKeys;
import io.kadlink.rlpx.frame.FrameSecrets;
import io.kadlink.rlpx.handshake.HandshakeMessage.Ack;
import io.kadlink.rlpx.handshake.HandshakeMessage.Auth;
import io.kadlink.rlpx.wire.ProtocolViolation;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The handshake on the vectors of EIP-8. */
class Eip8HandshakeTest {
  private final NodeKey a = Eip8Vectors.key("static-key-a");
  private final NodeKey b = Eip8Vectors.key("static-key-b");
  private final NodeKey ephemeralA = Eip8Vectors.key("ephemeral-key-a");
  private final NodeKey ephemeralB = Eip8Vectors.key("ephemeral-key-b");

  @ParameterizedTest
  @ValueSource(strings = {"auth-2", "auth-3"})
  void theRecipientReadsAnAuthOfAnyVersion(String vector) throws Exception {
    Auth auth = HandshakeCodec.openAuth(Eip8Vectors.bytes(vector), b);

    assertThat(auth.initiator()).isEqualTo(a.publicKey());
    assertThat(auth.nonce()).isEqualTo(Eip8Vectors.bytes32("nonce-a"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ack-2", "ack-3"})
  void theInitiatorReadsAnAckOfAnyVersion(String vector) throws Exception {
    Ack ack = HandshakeCodec.openAck(Eip8Vectors.bytes(vector), a);

    assertThat(ack.ephemeralKey()).isEqualTo(ephemeralB.publicKey());
    assertThat(ack.nonce()).isEqualTo(Eip8Vectors.bytes32("nonce-b"));
  }

  @Test
  void theRecipientDerivesTheSecrets() throws Exception {
    byte[] packet = Eip8Vectors.bytes("auth-2");
    HandshakeResult result =
        new RecipientHandshake(b, new Random(1))
            .establish(
                HandshakeCodec.openAuth(packet, b),
                packet,
                ephemeralB,
                Eip8Vectors.bytes32("nonce-b"),
                Eip8Vectors.bytes("ack-2"));

    assertThat(result.remote()).isEqualTo(a.publicKey());
    assertSecrets(result.keys());
    assertThat(hashOnFoo(FrameSecrets.ingressMac(result.keys())))
        .isEqualTo(Eip8Vectors.bytes("ingress-mac-foo"));
  }

  @Test
  void theInitiatorDerivesTheSameSecretsWithTheMacsSwapped() throws Exception {
    HandshakeResult result =
        new InitiatorHandshake(
                a,
                b.publicKey(),
                ephemeralA,
                Eip8Vectors.bytes32("nonce-a"),
                Eip8Vectors.bytes("auth-2"))
            .complete(Eip8Vectors.bytes("ack-2"));

    assertThat(result.remote()).isEqualTo(b.publicKey());
    assertSecrets(result.keys());
    assertThat(hashOnFoo(FrameSecrets.egressMac(result.keys())))
        .isEqualTo(Eip8Vectors.bytes("ingress-mac-foo"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"auth-1", "ack-1"})
  void aPacketOfTheFormatBeforeIsRefusedAsSuch(String vector) {
    assertThatThrownBy(
            () -> new PacketAssembler().read(Unpooled.wrappedBuffer(Eip8Vectors.bytes(vector))))
        .isInstanceOfSatisfying(
            ProtocolViolation.class,
            violation -> assertThat(violation.rule()).isEqualTo("handshake-old-format"));
  }

  private static void assertSecrets(FrameKeys keys) {
    assertThat(FrameSecrets.aes(keys)).isEqualTo(Eip8Vectors.bytes("aes-secret"));
    assertThat(FrameSecrets.mac(keys)).isEqualTo(Eip8Vectors.bytes("mac-secret"));
  }

  private static byte[] hashOnFoo(byte[] initial) {
    Bytes foo = Bytes.wrap("foo".getBytes(StandardCharsets.US_ASCII));
    return Keccak256.hash(Bytes.concatenate(Bytes.wrap(initial), foo).toArrayUnsafe());
  }
}
