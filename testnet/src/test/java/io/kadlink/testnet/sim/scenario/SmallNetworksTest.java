package io.kadlink.testnet.sim.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.DiscoveryVersion;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every scenario holds what it says, in a network small enough for a test. */
class SmallNetworksTest {
  @ParameterizedTest
  @CsvSource({
    "bootstrap, 40, 60",
    "churn,     30, 600",
    "half-gone, 40, 600",
    "eclipse,   24, 60",
    "flood,     25, 5",
    "loss,      40, 60",
    "partition, 30, 480",
    "nat,       40, 90"
  })
  void allChecksHold(String scenario, int nodes, int seconds) {
    Outcome outcome =
        Simulator.play(
            scenario,
            new Simulator.Options(
                OptionalInt.of(nodes),
                1,
                EnumSet.of(DiscoveryVersion.V4),
                Optional.of(Duration.ofSeconds(seconds)),
                2,
                null),
            (elapsed, live, events) -> {});
    assertThat(outcome.checks()).isNotEmpty().allMatch(Check::ok);
    assertThat(outcome.ok()).isTrue();
  }

  @Test
  void everyScenarioIsPlayed() throws NoSuchMethodException {
    String[] played =
        SmallNetworksTest.class
            .getDeclaredMethod("allChecksHold", String.class, int.class, int.class)
            .getAnnotation(CsvSource.class)
            .value();
    assertThat(played)
        .hasSameSizeAs(Simulator.names())
        .allMatch(line -> Simulator.names().contains(line.split(",")[0]));
  }
}
