package io.kadlink.discovery.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class TokenBucketTest {
  private static final long START = -5; // nanoTime may be anything
  private final TokenBucket bucket = new TokenBucket(4, 3, START);

  @Test
  void aFullBucketHasItsBurstAndNoMore() {
    for (int i = 0; i < 3; i++) {
      assertThat(bucket.has(START)).isTrue();
      assertThat(bucket.take(START)).isTrue();
    }
    assertThat(bucket.has(START)).isFalse();
    assertThat(bucket.take(START)).isFalse();
  }

  @Test
  void aTokenComesAfterTheTimeThatItTellsAndNotBefore() {
    while (bucket.take(START)) {}
    Duration wait = bucket.untilNext();
    assertThat(wait).isBetween(Duration.ofMillis(250), Duration.ofNanos(250_000_002));
    assertThat(bucket.take(START + Duration.ofMillis(249).toNanos())).isFalse();
    assertThat(bucket.take(START + wait.toNanos())).isTrue();
  }

  @Test
  void aClockThatJumpsBackGivesNothingAndTakesNothing() {
    assertThat(bucket.take(START)).isTrue();
    long earlier = START - Duration.ofDays(1).toNanos();
    assertThat(bucket.take(earlier)).isTrue();
    assertThat(bucket.take(earlier)).isTrue();
    assertThat(bucket.take(earlier)).isFalse();
    assertThat(bucket.take(earlier + Duration.ofMillis(250).toNanos())).isTrue();
  }

  @Test
  void aLongQuietTimeFillsNoMoreThanTheBurst() {
    while (bucket.take(START)) {}
    long later = START + Duration.ofHours(1).toNanos();
    int taken = 0;
    while (bucket.take(later)) {
      taken++;
    }
    assertThat(taken).isEqualTo(3);
  }
}
