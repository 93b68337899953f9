package io.kadlink.discovery.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.testing.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class SteadyClockTest {
  private final VirtualTime time = new VirtualTime();
  private final Instant start = time.now();
  private final SteadyClock clock = SteadyClock.of(time);

  @Test
  void itGoesOnWhateverIsDoneToTheTimeOfDay() {
    time.pass(Duration.ofMinutes(5));
    time.setClock(Duration.ofDays(1));
    assertThat(clock.instant()).isEqualTo(start.plus(Duration.ofMinutes(5)));
    time.setClock(Duration.ofDays(-9));
    time.pass(Duration.ofMinutes(5));
    assertThat(clock.instant()).isEqualTo(start.plus(Duration.ofMinutes(10)));
  }

  @Test
  void itsTimesAreTranslatedToTheTimeOfDayAndBack() {
    Instant inAnHour = clock.instant().plus(Duration.ofHours(1));
    assertThat(clock.toWall(inAnHour)).isEqualTo(inAnHour);
    time.setClock(Duration.ofDays(-1));
    assertThat(clock.toWall(inAnHour)).isEqualTo(time.now().plus(Duration.ofHours(1)));
    assertThat(clock.fromWall(clock.toWall(inAnHour))).isEqualTo(inAnHour);
  }
}
