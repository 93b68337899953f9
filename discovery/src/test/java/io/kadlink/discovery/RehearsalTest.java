package io.kadlink.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.testing.VirtualTime;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RehearsalTest {
  /** Less than any answer is waited for. */
  private static final Duration AT_ONCE = Duration.ofMillis(100);

  static Stream<Set<DiscoveryVersion>> versions() {
    return Stream.of(
        Set.of(DiscoveryVersion.V4),
        Set.of(DiscoveryVersion.V5),
        EnumSet.allOf(DiscoveryVersion.class));
  }

  @ParameterizedTest
  @MethodSource("versions")
  void thePlayEndsOnceAndWithoutWaitingForATimeout(Set<DiscoveryVersion> versions) {
    VirtualTime time = new VirtualTime();
    AtomicInteger ended = new AtomicInteger();
    Rehearsal.play(time, versions, ended::incrementAndGet);
    assertThat(time.passUntil(() -> ended.get() > 0, AT_ONCE)).isTrue();
    time.pass(Duration.ofMinutes(1));
    assertThat(ended).hasValue(1);
  }
}
