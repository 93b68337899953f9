package io.kadlink.testnet.sim.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.DiscoveryVersion;
import java.io.StringWriter;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** One seed gives one history, on any number of threads. */
class DeterminismTest {
  private static Outcome play(long seed, int threads, StringWriter log) {
    return Simulator.play(
        "loss",
        new Simulator.Options(
            OptionalInt.of(Simulator.MIN_NODES),
            seed,
            EnumSet.allOf(DiscoveryVersion.class),
            Optional.of(Duration.ofSeconds(20)),
            threads,
            log),
        (elapsed, live, events) -> {});
  }

  @Test
  void theSameSeedGivesTheSameEventLogWhateverTheThreads() {
    StringWriter text = new StringWriter();
    StringWriter again = new StringWriter();
    Outcome first = play(1, 1, text);
    Outcome second = play(1, 2, again);
    assertThat(second.eventLogHash()).isEqualTo(first.eventLogHash()).hasSize(64);
    assertThat(second.figures()).isEqualTo(first.figures());
    assertThat(again.toString()).isEqualTo(text.toString());
    assertThat(text.toString()).contains(" JOIN ", " SEND ", " DELIVER ", " LOST ", " LOOKUP ");
  }

  @Test
  void anotherSeedGivesAnotherEventLog() {
    assertThat(play(2, 1, new StringWriter()).eventLogHash())
        .isNotEqualTo(play(3, 1, new StringWriter()).eventLogHash());
  }
}
