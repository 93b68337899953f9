package io.kadlink.testnet.sim.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.DiscoveryVersion;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every scenario holds what it says, in a network small enough for a test. */
class SmallNetworksTest {
  @ParameterizedTest
  @CsvSource({
    "bootstrap, V4, 40, 60",
    "bootstrap, V5, 20, 60",
    "churn, V4, 30, 600",
    "churn, V5, 20, 300",
    "half-gone, V4, 40, 600",
    "half-gone, V5, 24, 600",
    "eclipse, V4+V5, 22, 60",
    "flood, V4+V5, 24, 4",
    "loss, V4, 40, 60",
    "loss, V5, 30, 60",
    "partition, V4, 30, 480",
    "partition, V5, 20, 120",
    "nat, V4+V5, 24, 90",
    "peers, V4+V5, 20, 30",
    "peers-churn, V4+V5, 20, 120",
    "peers-partition, V4+V5, 24, 60",
    "peers-attack, V4+V5, 24, 60"
  })
  void allChecksHold(String scenario, String versions, int nodes, int seconds) {
    Outcome outcome =
        Simulator.play(
            scenario,
            new Simulator.Options(
                OptionalInt.of(nodes),
                1,
                versions(versions),
                Optional.of(Duration.ofSeconds(seconds)),
                2,
                null),
            (elapsed, live, events) -> {});
    assertThat(outcome.checks()).isNotEmpty().allMatch(Check::ok);
    assertThat(outcome.ok()).isTrue();
  }

  @Test
  void everyScenarioIsPlayedInEachVersion() throws NoSuchMethodException {
    String[] played =
        SmallNetworksTest.class
            .getDeclaredMethod("allChecksHold", String.class, String.class, int.class, int.class)
            .getAnnotation(CsvSource.class)
            .value();
    for (DiscoveryVersion version : DiscoveryVersion.values()) {
      assertThat(played)
          .filteredOn(line -> versions(line.split(",")[1].trim()).contains(version))
          .extracting(line -> line.split(",")[0])
          .containsAll(Simulator.names());
    }
  }

  private static Set<DiscoveryVersion> versions(String text) {
    Set<DiscoveryVersion> versions = EnumSet.noneOf(DiscoveryVersion.class);
    for (String version : text.split("\\+")) {
      versions.add(DiscoveryVersion.valueOf(version));
    }
    return versions;
  }
}
