package io.kadlink.identity.crypto;

import static io.kadlink.identity.crypto.Vectors.hex;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Published vectors, on each provider. */
@ParameterizedClass
@ValueSource(strings = {"native", "bouncycastle"})
class Secp256k1VectorTest {
  private final Secp256k1 curve;

  Secp256k1VectorTest(String provider) {
    curve = Secp256k1.named(provider);
  }

  static Stream<List<String>> rfc6979() {
    return Vectors.read("rfc6979-secp256k1.txt").stream();
  }

  static Stream<List<String>> recovery() {
    return Vectors.read("ecrecover.txt").stream();
  }

  static Stream<List<String>> ecdh() {
    return Vectors.read("discv5-wire-test-vectors-ecdh.txt").stream();
  }

  @ParameterizedTest
  @MethodSource("rfc6979")
  void signaturesAreTheDeterministicOnes(List<String> vector) {
    byte[] key = hex(vector.get(0));
    byte[] digest = hex(vector.get(1));

    byte[] signature = curve.sign(digest, key);

    assertThat(Arrays.copyOf(signature, 64))
        .asHexString()
        .isEqualToIgnoringCase(vector.get(2) + vector.get(3));
    assertThat(curve.recover(digest, signature)).isEqualTo(curve.publicKey(key));
  }

  @ParameterizedTest
  @MethodSource("recovery")
  void theSignersKeyIsRecovered(List<String> vector) {
    byte[] expected = hex(vector.get(2));

    byte[] key = curve.recover(hex(vector.get(0)), hex(vector.get(1)));

    byte[] found = expected.length == 20 ? Arrays.copyOfRange(Keccak256.hash(key), 12, 32) : key;
    assertThat(found).isEqualTo(expected);
  }

  @ParameterizedTest
  @MethodSource("ecdh")
  void theSharedPointIsTheOneOfDiscv5(List<String> vector) {
    byte[] key = curve.decompress(hex(vector.get(0)));
    byte[] secret = hex(vector.get(1));
    byte[] shared = hex(vector.get(2));

    assertThat(curve.ecdhCompressed(secret, key)).isEqualTo(shared);
    assertThat(curve.ecdhX(secret, key)).isEqualTo(Arrays.copyOfRange(shared, 1, 33));
  }
}
