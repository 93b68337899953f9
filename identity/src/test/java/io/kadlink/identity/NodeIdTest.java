package io.kadlink.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.Random;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.bouncycastle.util.BigIntegers;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** The XOR metric (Kademlia §2.1) on random ids, near and far. */
class NodeIdTest {

  @RepeatedTest(200)
  void distanceIsAMetricAndItsLogIsItsBitLength(RepetitionInfo repetition) {
    Random random = new Random(repetition.getCurrentRepetition());
    NodeId a = random(random);
    NodeId b = near(a, random);
    NodeId c = near(a, random);

    assertThat(a.distance(b)).isEqualTo(b.distance(a));
    assertThat(a.distance(c)).isEqualTo(a.distance(b).xor(b.distance(c)));
    assertThat(number(a.distance(c)))
        .isLessThanOrEqualTo(number(a.distance(b)).add(number(b.distance(c))));
    assertThat(a.logDistance(b)).isEqualTo(number(a.distance(b)).bitLength());
    assertThat(Integer.signum(a.compareDistance(b, c)))
        .isEqualTo(number(a.distance(b)).compareTo(number(a.distance(c))));
    assertThat(a.compareDistance(b, b)).isZero();
  }

  @Test
  void logDistanceGoesFromZeroTo256() {
    NodeId zero = new NodeId(Bytes32.ZERO);

    assertThat(zero.logDistance(zero)).isZero();
    assertThat(zero.distance(zero)).isEqualTo(Bytes32.ZERO);
    for (int bit = 0; bit < 256; bit++) {
      NodeId other = new NodeId(Bytes32.leftPad(bytes(BigInteger.ONE.shiftLeft(bit))));
      assertThat(zero.logDistance(other)).isEqualTo(bit + 1);
    }
  }

  @Test
  void theTextIsTheHexAndTheShortFormItsBeginning() {
    NodeId id = new NodeId(Bytes32.fromHexString("0x0123456789abcdef" + "00".repeat(24)));

    assertThat(id).hasToString("0123456789abcdef" + "00".repeat(24));
    assertThat(id.shortForm()).isEqualTo("01234567");
  }

  private static NodeId random(Random random) {
    byte[] bytes = new byte[32];
    random.nextBytes(bytes);
    return new NodeId(Bytes32.wrap(bytes));
  }

  /** Shares a random number of leading bytes with {@code id}. */
  private static NodeId near(NodeId id, Random random) {
    byte[] bytes = random(random).bytes().toArray();
    System.arraycopy(id.bytes().toArrayUnsafe(), 0, bytes, 0, random.nextInt(33));
    return new NodeId(Bytes32.wrap(bytes));
  }

  private static BigInteger number(Bytes32 distance) {
    return distance.toUnsignedBigInteger();
  }

  private static Bytes bytes(BigInteger number) {
    return Bytes.wrap(BigIntegers.asUnsignedByteArray(number));
  }
}
