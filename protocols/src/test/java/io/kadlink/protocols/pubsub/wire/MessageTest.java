package io.kadlink.protocols.pubsub.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.identity.NodeKey;
import io.kadlink.identity.Signature;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.units.bigints.UInt256;
import org.junit.jupiter.api.Test;

class MessageTest {
  private static final BigInteger ORDER =
      new BigInteger("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16);
  private static final NodeKey KEY = NodeKey.of(Bytes32.leftPad(Bytes.of(1)));
  private static final NodeKey OTHER = NodeKey.of(Bytes32.leftPad(Bytes.of(2)));
  private static final Topic TOPIC = new Topic(1, "weather");
  private static final Bytes PAYLOAD = Bytes.wrap("rain".getBytes(StandardCharsets.US_ASCII));
  private static final Message SIGNED = Message.sign(KEY, TOPIC, 1_893_456_000_000_000L, PAYLOAD);

  @Test
  void whatIsSignedIsAuthenticAlsoAfterTheJourney() {
    assertThat(SIGNED.isAuthentic()).isTrue();
    Message received = received(KEY, TOPIC, SIGNED.sequence(), PAYLOAD, SIGNED.signature());
    assertThat(received.isAuthentic()).isTrue();
    assertThat(received).isEqualTo(SIGNED);
  }

  @Test
  void nothingOfItCanBeChanged() {
    Signature signature = SIGNED.signature();
    long sequence = SIGNED.sequence();
    assertThat(received(OTHER, TOPIC, sequence, PAYLOAD, signature).isAuthentic()).isFalse();
    assertThat(received(KEY, new Topic(2, "weather"), sequence, PAYLOAD, signature).isAuthentic())
        .isFalse();
    assertThat(received(KEY, new Topic(1, "whether"), sequence, PAYLOAD, signature).isAuthentic())
        .isFalse();
    assertThat(received(KEY, TOPIC, sequence + 1, PAYLOAD, signature).isAuthentic()).isFalse();
    assertThat(received(KEY, TOPIC, sequence, Bytes.of(1), signature).isAuthentic()).isFalse();
    assertThat(
            received(KEY, TOPIC, sequence, PAYLOAD, OTHER.sign(SIGNED.id().bytes())).isAuthentic())
        .isFalse();
  }

  @Test
  void theSecondSignatureThatFollowsFromTheFirstIsRefused() {
    BigInteger s = SIGNED.signature().s().toUnsignedBigInteger();
    Bytes twin =
        Bytes.concatenate(
            SIGNED.signature().r(),
            UInt256.valueOf(ORDER.subtract(s)),
            Bytes.of(1 - SIGNED.signature().recoveryId()));
    assertThat(received(KEY, TOPIC, SIGNED.sequence(), PAYLOAD, new Signature(twin)).isAuthentic())
        .isFalse();
  }

  @Test
  void aSignatureNoKeyCouldHaveMadeIsRefused() {
    for (Bytes bytes :
        new Bytes[] {
          Bytes.wrap(new byte[65]), Bytes.concatenate(Bytes.repeat((byte) 0xff, 64), Bytes.of(0))
        }) {
      assertThat(received(KEY, TOPIC, 1, PAYLOAD, new Signature(bytes)).isAuthentic()).isFalse();
    }
  }

  @Test
  void theIdDependsOnAllThatIsSignedAndOnNothingElse() {
    assertThat(received(KEY, TOPIC, SIGNED.sequence(), PAYLOAD, OTHER.sign(Bytes32.ZERO)).id())
        .isEqualTo(SIGNED.id());
    assertThat(Message.sign(OTHER, TOPIC, SIGNED.sequence(), PAYLOAD).id())
        .isNotEqualTo(SIGNED.id());
  }

  /** The vector of docs/protocols/pubsub.md. */
  @Test
  void theIdIsThatOfTheSpecification() {
    assertThat(SIGNED.publisher().toString())
        .isEqualTo("c0a6c424ac7157ae408398df7e5f4552091a69125d5dfcb7b8c2659029395bdf");
    assertThat(SIGNED.id().toString())
        .isEqualTo("4d7f1a756750cac8a43d8fd7d4cc5e5529e39d53fba0ca1dad13124c4788eca2");
    assertThat(PubSubCodec.encode(new Packet.Publish(SIGNED)).toUnprefixedHexString())
        .isEqualTo(
            "f87ba0c0a6c424ac7157ae408398df7e5f4552091a69125d5dfcb7b8c2659029"
                + "395bdfc90187776561746865728706ba1694472000847261696eb841a42ef8a9"
                + "dad3c069405c2d76de8eb2da6932a51d4501c5ea35b21cac2fc210765dc82d31"
                + "5874e5b6421a887858a9f6c20d9aee907786d8e7099e41d21a1c690e00");
  }

  @Test
  void theSequenceIsATime() {
    assertThat(SIGNED.publishedAt()).isEqualTo(Instant.parse("2030-01-01T00:00:00Z"));
  }

  private static Message received(
      NodeKey publisher, Topic topic, long sequence, Bytes payload, Signature signature) {
    return Message.received(publisher.id(), topic, sequence, payload, signature);
  }
}
