package io.kadlink.protocols.eth.peer;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.protocols.eth.wire.EthSamples;
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
}
