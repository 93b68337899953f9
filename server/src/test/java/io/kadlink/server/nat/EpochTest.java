package io.kadlink.server.nat;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Whether a router's count of seconds says that it started anew. */
class EpochTest {
  private final Epoch epoch = new Epoch();

  private boolean lost(long epochSeconds, long ourSeconds) {
    return epoch.lostSince(epochSeconds, ourSeconds * 1_000_000_000L);
  }

  @Test
  void theFirstCountSaysNothing() {
    assertThat(lost(0, 0)).isFalse();
  }

  @Test
  void aCountThatGoesOnIsTheSameRouter() {
    lost(1_000, 0);
    assertThat(lost(1_100, 100)).isFalse();
    assertThat(lost(1_300, 200)).as("a fast clock").isFalse();
  }

  @Test
  void aCountMayBeAnEighthSlowerAndTwoSecondsLateButNotMore() {
    lost(1_000, 0);
    assertThat(lost(1_000 + 70 - 2, 80)).isFalse();
    lost(1_000, 100);
    assertThat(lost(1_000 + 70 - 3, 180)).isTrue();
  }

  @Test
  void aLossIsToldOnce() {
    lost(1_000, 0);
    assertThat(lost(0, 10)).isTrue();
    assertThat(lost(10, 20)).isFalse();
  }
}
