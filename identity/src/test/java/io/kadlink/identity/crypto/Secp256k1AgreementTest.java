package io.kadlink.identity.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** Both providers give the same bytes for the same input. */
class Secp256k1AgreementTest {
  private static final Secp256k1 NATIVE = Secp256k1.named("native");
  private static final Secp256k1 JAVA = Secp256k1.named("bouncycastle");

  @RepeatedTest(100)
  void bothProvidersComputeTheSame(RepetitionInfo repetition) {
    Random random = new Random(repetition.getCurrentRepetition());
    byte[] alice = scalar(random);
    byte[] bob = scalar(random);
    byte[] digest = new byte[32];
    random.nextBytes(digest);

    byte[] alicePublic = NATIVE.publicKey(alice);
    byte[] bobPublic = JAVA.publicKey(bob);
    assertThat(JAVA.publicKey(alice)).isEqualTo(alicePublic);
    assertThat(NATIVE.publicKey(bob)).isEqualTo(bobPublic);

    byte[] signature = NATIVE.sign(digest, alice);
    assertThat(JAVA.sign(digest, alice)).isEqualTo(signature);
    assertThat(NATIVE.recover(digest, signature)).isEqualTo(alicePublic);
    assertThat(JAVA.recover(digest, signature)).isEqualTo(alicePublic);
    assertThat(NATIVE.verify(digest, Arrays.copyOf(signature, 64), alicePublic)).isTrue();
    assertThat(JAVA.verify(digest, Arrays.copyOf(signature, 64), alicePublic)).isTrue();
    assertThat(NATIVE.verify(digest, Arrays.copyOf(signature, 64), bobPublic)).isFalse();
    assertThat(JAVA.verify(digest, Arrays.copyOf(signature, 64), bobPublic)).isFalse();

    assertThat(NATIVE.ecdhX(alice, bobPublic)).isEqualTo(JAVA.ecdhX(bob, alicePublic));
    assertThat(NATIVE.ecdhCompressed(bob, alicePublic))
        .isEqualTo(JAVA.ecdhCompressed(alice, bobPublic));
    assertThat(NATIVE.compress(alicePublic)).isEqualTo(JAVA.compress(alicePublic));
    assertThat(NATIVE.decompress(JAVA.compress(bobPublic)))
        .isEqualTo(JAVA.decompress(NATIVE.compress(bobPublic)))
        .isEqualTo(bobPublic);
  }

  @Test
  void theChosenProviderIsTheNativeOneWhereItLoads() {
    assertThat(Secp256k1.get().name()).isEqualTo("native");
  }

  @Test
  void anUnknownProviderIsRefusedWithTheNamesThereAre() {
    assertThatThrownBy(() -> Secp256k1.named("openssl"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"native\"")
        .hasMessageContaining("\"bouncycastle\"");
    assertThatThrownBy(() -> Secp256k1.named("")).isInstanceOf(IllegalArgumentException.class);
  }

  private static byte[] scalar(Random random) {
    byte[] bytes = new byte[32];
    do {
      random.nextBytes(bytes);
    } while (!JAVA.isValidPrivateKey(bytes));
    return bytes;
  }
}
