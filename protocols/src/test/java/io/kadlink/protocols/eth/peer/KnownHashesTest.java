package io.kadlink.protocols.eth.peer;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.protocols.eth.wire.EthSamples;
import java.util.LinkedHashSet;
import java.util.Random;
import java.util.Set;
import org.apache.tuweni.bytes.Bytes32;
import org.junit.jupiter.api.Test;

class KnownHashesTest {

  @Test
  void theOldestIsForgottenFirst() {
    KnownHashes known = new KnownHashes(3);
    for (int i = 1; i <= 4; i++) {
      assertThat(known.add(EthSamples.hash(i))).isTrue();
    }
    assertThat(known.size()).isEqualTo(3);
    assertThat(known.contains(EthSamples.hash(1))).isFalse();
    assertThat(known.contains(EthSamples.hash(2))).isTrue();
    assertThat(known.add(EthSamples.hash(4))).isFalse();
  }

  @Test
  void itIsASetThatForgetsTheOldestWhateverComes() {
    Random random = new Random(1);
    KnownHashes known = new KnownHashes(100);
    Set<Bytes32> expected = new LinkedHashSet<>();
    for (int i = 0; i < 20_000; i++) {
      Bytes32 hash = EthSamples.hash(random.nextInt(150));
      assertThat(known.contains(hash)).isEqualTo(expected.contains(hash));
      assertThat(known.add(hash)).isEqualTo(expected.add(hash));
      if (expected.size() > 100) {
        expected.remove(expected.iterator().next());
      }
      assertThat(known.size()).isEqualTo(expected.size());
    }
  }
}
