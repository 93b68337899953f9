package io.kadlink.discovery.v5;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.testing.VirtualTime;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RehearsalTest {
  @Test
  void thePlayEndsOnceAndWithoutWaitingForATimeout() {
    VirtualTime time = new VirtualTime();
    AtomicInteger ended = new AtomicInteger();
    Rehearsal.play(time, ended::incrementAndGet);
    assertThat(time.passUntil(() -> ended.get() > 0, Calls.TIMEOUT.minusMillis(1))).isTrue();
    time.pass(Duration.ofMinutes(1));
    assertThat(ended).hasValue(1);
  }
}
