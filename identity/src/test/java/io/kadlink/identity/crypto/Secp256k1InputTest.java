package io.kadlink.identity.crypto;

import static io.kadlink.identity.crypto.Vectors.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bouncycastle.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** What each provider takes and refuses, on both sides of every edge. */
@ParameterizedClass
@ValueSource(strings = {"native", "bouncycastle"})
class Secp256k1InputTest {
  private static final String N =
      "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
  private static final String N_MINUS_1 =
      "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140";
  private static final String HALF_N =
      "7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0";
  private static final String HALF_N_PLUS_1 =
      "7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a1";
  private static final String P_PLUS_1 =
      "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc30";
  private static final String MAX = "f".repeat(64);
  private static final String ZERO = "0".repeat(64);
  private static final String ONE = "0".repeat(63) + "1";
  private static final String GX =
      "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
  private static final String GY =
      "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8";
  private static final String MINUS_GY =
      "b7c52588d95c3b9aa25b0403f1eef75702e84bb7597aabe663b82f6f04ef2777";

  /** No point has this X: 5³ + 7 is no square. */
  private static final String NO_X = "0".repeat(63) + "5";

  /** Y of the point whose X is 1. */
  private static final String Y_OF_ONE =
      "4218f20ae6c646b363db68605822fb14264ca8d2587fdd6fbc750d587e76a7ee";

  private final Secp256k1 curve;

  Secp256k1InputTest(String provider) {
    curve = Secp256k1.named(provider);
  }

  @Test
  void privateKeysGoFromOneToOrderMinusOne() {
    assertThat(curve.isValidPrivateKey(hex(ONE))).isTrue();
    assertThat(curve.isValidPrivateKey(hex(N_MINUS_1))).isTrue();
    assertThat(curve.publicKey(hex(ONE))).isEqualTo(hex(GX + GY));
    assertThat(curve.publicKey(hex(N_MINUS_1))).isEqualTo(hex(GX + MINUS_GY));
    for (String bad : List.of(ZERO, N, MAX, "", "01", ONE + "00", "00" + ONE)) {
      byte[] key = hex(bad);
      assertThat(curve.isValidPrivateKey(key)).as(bad).isFalse();
      refused(() -> curve.publicKey(key));
      refused(() -> curve.sign(hex(ONE), key));
      refused(() -> curve.ecdhX(key, hex(GX + GY)));
      refused(() -> curve.ecdhCompressed(key, hex(GX + GY)));
    }
  }

  @Test
  void publicKeysArePointsOnTheCurveWithReducedCoordinates() {
    for (String good : List.of(GX + GY, GX + MINUS_GY, ONE + Y_OF_ONE)) {
      assertThat(curve.isValidPublicKey(hex(good))).as(good).isTrue();
      assertThat(curve.decompress(curve.compress(hex(good)))).isEqualTo(hex(good));
    }
    List<String> bad =
        List.of(
            ZERO + ZERO,
            GX + GX,
            GY + GX,
            GX + ZERO,
            NO_X + GY,
            P_PLUS_1 + Y_OF_ONE,
            MAX + MAX,
            GX,
            "04" + GX + GY,
            GX + GY + "00",
            "");
    for (String encoding : bad) {
      byte[] key = hex(encoding);
      assertThat(curve.isValidPublicKey(key)).as(encoding).isFalse();
      refused(() -> curve.compress(key));
      refused(() -> curve.ecdhX(hex(ONE), key));
      refused(() -> curve.ecdhCompressed(hex(ONE), key));
      refused(() -> curve.verify(hex(ONE), hex(ONE + ONE), key));
    }
  }

  @Test
  void compressedPointsHaveAPrefixAndAnXOnTheCurve() {
    assertThat(curve.decompress(hex("02" + GX))).isEqualTo(hex(GX + GY));
    assertThat(curve.decompress(hex("03" + GX))).isEqualTo(hex(GX + MINUS_GY));
    assertThat(curve.decompress(hex("02" + ONE))).isEqualTo(hex(ONE + Y_OF_ONE));
    assertThat(curve.compress(hex(GX + MINUS_GY))).isEqualTo(hex("03" + GX));
    List<String> bad =
        List.of(
            "00" + GX,
            "01" + GX,
            "04" + GX,
            "05" + GX,
            "ff" + GX,
            "02" + NO_X,
            "03" + P_PLUS_1,
            "02" + MAX,
            "02" + ZERO,
            GX,
            "02" + GX + "00",
            "04" + GX + GY,
            "00",
            "");
    for (String encoding : bad) {
      refused(() -> curve.decompress(hex(encoding)));
    }
  }

  @Test
  void recoveryTakesScalarsInRangeAndTwoRecoveryIds() {
    byte[] digest = Keccak256.hash(new byte[] {1});
    assertThat(curve.recover(digest, hex(GX + ONE + "00"))).hasSize(64);
    assertThat(curve.recover(digest, hex(GX + N_MINUS_1 + "01"))).hasSize(64);
    List<String> bad =
        List.of(
            ZERO + ONE + "00",
            GX + ZERO + "00",
            N + ONE + "00",
            GX + N + "00",
            MAX + MAX + "00",
            NO_X + ONE + "00",
            GX + ONE + "02",
            GX + ONE + "03",
            GX + ONE + "1b",
            GX + ONE + "ff",
            GX + ONE,
            GX + ONE + "0000",
            "");
    for (String signature : bad) {
      refused(() -> curve.recover(digest, hex(signature)));
    }
  }

  @Test
  void aSignatureWhoseKeyWouldBeInfinityIsRefused() {
    // With nonce 1 the key is (s G - z G) / r: nothing when the digest equals s.
    refused(() -> curve.recover(hex(HALF_N), hex(GX + HALF_N + "00")));
    assertThat(curve.recover(hex(HALF_N_PLUS_1), hex(GX + HALF_N + "00"))).hasSize(64);
  }

  @Test
  void verificationRefusesHighSAndScalarsOutOfRange() {
    byte[] digest = Keccak256.hash(new byte[] {2});
    for (String s : List.of(ONE, HALF_N)) {
      byte[] key = curve.recover(digest, hex(GX + s + "00"));
      assertThat(curve.verify(digest, hex(GX + s), key)).as(s).isTrue();
      assertThat(curve.verify(Keccak256.hash(digest), hex(GX + s), key)).isFalse();
      assertThat(curve.verify(digest, hex(GX + s), hex(GX + GY))).isFalse();
    }
    for (String s : List.of(HALF_N_PLUS_1, N_MINUS_1)) {
      byte[] key = curve.recover(digest, hex(GX + s + "00"));
      assertThat(curve.verify(digest, hex(GX + s), key)).as(s).isFalse();
    }
    for (String rs : List.of(ZERO + ONE, ONE + ZERO, N + ONE, ONE + N, MAX + MAX, ZERO + ZERO)) {
      assertThat(curve.verify(digest, hex(rs), hex(GX + GY))).as(rs).isFalse();
    }
    refused(() -> curve.verify(digest, hex(GX), hex(GX + GY)));
    refused(() -> curve.verify(digest, hex(GX + ONE + "00"), hex(GX + GY)));
  }

  @Test
  void digestsHaveThirtyTwoBytesOfAnyValue() {
    for (String value : List.of(ZERO, ONE, N_MINUS_1, N, MAX)) {
      byte[] digest = hex(value);
      byte[] signature = curve.sign(digest, hex(N_MINUS_1));
      assertThat(curve.recover(digest, signature)).isEqualTo(curve.publicKey(hex(N_MINUS_1)));
      assertThat(curve.verify(digest, Arrays.copyOf(signature, 64), hex(GX + MINUS_GY))).isTrue();
    }
    for (String bad : List.of("", "00", ONE + "00")) {
      refused(() -> curve.sign(hex(bad), hex(ONE)));
      refused(() -> curve.recover(hex(bad), hex(GX + ONE + "00")));
      refused(() -> curve.verify(hex(bad), hex(GX + ONE), hex(GX + GY)));
    }
  }

  @Test
  void sharedPointsWorkAtBothEndsOfTheScalarRange() {
    assertThat(curve.ecdhCompressed(hex(ONE), hex(GX + GY))).isEqualTo(hex("02" + GX));
    assertThat(curve.ecdhCompressed(hex(N_MINUS_1), hex(GX + GY))).isEqualTo(hex("03" + GX));
    assertThat(curve.ecdhX(hex(N_MINUS_1), hex(GX + MINUS_GY))).isEqualTo(hex(GX));
  }

  @Test
  void argumentsAreNotModified() {
    byte[] key = hex(HALF_N);
    byte[] point = hex(GX + GY);
    byte[] digest = hex(MAX);
    byte[] signature = curve.sign(digest, key);
    byte[] copy = signature.clone();

    curve.publicKey(key);
    curve.ecdhX(key, point);
    curve.recover(digest, signature);

    assertThat(key).isEqualTo(hex(HALF_N));
    assertThat(point).isEqualTo(hex(GX + GY));
    assertThat(digest).isEqualTo(hex(MAX));
    assertThat(signature).isEqualTo(copy);
  }

  @Test
  void everyBitOfASignatureCounts() {
    byte[] key = hex(HALF_N);
    byte[] digest = Keccak256.hash(key);
    byte[] signature = Arrays.copyOf(curve.sign(digest, key), 64);
    byte[] publicKey = curve.publicKey(key);
    Stream<byte[]> flipped =
        IntStream.range(0, 512)
            .mapToObj(
                bit -> {
                  byte[] changed = signature.clone();
                  changed[bit / 8] ^= (byte) (1 << bit % 8);
                  return changed;
                });

    assertThat(curve.verify(digest, signature, publicKey)).isTrue();
    assertThat(flipped).noneMatch(changed -> curve.verify(digest, changed, publicKey));
  }

  private static void refused(ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(InvalidCurveInputException.class);
  }
}
