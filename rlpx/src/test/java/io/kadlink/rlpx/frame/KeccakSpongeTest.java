package io.kadlink.rlpx.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.bouncycastle.crypto.digests.KeccakDigest;
import org.junit.jupiter.api.Test;

/** Our sponge against Bouncy Castle's digest. */
class KeccakSpongeTest {

  @Test
  void everyLengthUpToThreeBlocksHashesAsInBouncyCastle() {
    byte[] input = new byte[3 * 136 + 1];
    new Random(7).nextBytes(input);
    for (int length = 0; length <= input.length; length++) {
      KeccakSponge sponge = new KeccakSponge();
      sponge.update(input, 0, length);

      assertThat(peek(sponge)).as("%d bytes", length).isEqualTo(reference(input, length));
    }
  }

  @Test
  void lookingChangesNothingHoweverTheInputIsCut() {
    Random random = new Random(8);
    byte[] input = new byte[5000];
    random.nextBytes(input);
    KeccakSponge sponge = new KeccakSponge();
    int done = 0;
    while (done < input.length) {
      int size = Math.min(random.nextInt(300), input.length - done);
      sponge.update(input, done, size);
      done += size;
      byte[] expected = reference(input, done);

      assertThat(peek(sponge)).as("after %d bytes", done).isEqualTo(expected);
      assertThat(peek(sponge)).as("looked at twice").isEqualTo(expected);
    }
  }

  @Test
  void aShortLookIsTheStartOfTheHash() {
    byte[] input = {1, 2, 3};
    KeccakSponge sponge = new KeccakSponge();
    sponge.update(input, 0, 3);
    byte[] out = new byte[20];
    sponge.peek(out, 2, 16);

    assertThat(Arrays.copyOfRange(out, 2, 18)).isEqualTo(Arrays.copyOf(reference(input, 3), 16));
    assertThat(out[18]).isZero();
  }

  private static byte[] peek(KeccakSponge sponge) {
    byte[] out = new byte[32];
    sponge.peek(out, 0, 32);
    return out;
  }

  private static byte[] reference(byte[] input, int length) {
    KeccakDigest digest = new KeccakDigest(256);
    digest.update(input, 0, length);
    byte[] out = new byte[32];
    digest.doFinal(out, 0);
    return out;
  }
}
