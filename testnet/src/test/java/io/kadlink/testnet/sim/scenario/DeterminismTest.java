package io.kadlink.testnet.sim.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.DiscoveryVersion;
import java.io.StringWriter;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** One seed gives one history, on any number of threads. */
class DeterminismTest {
  /** Seconds, node, kind, endpoint, size, checksum. */
  private static final Pattern LINE =
      Pattern.compile("\\d+\\.\\d{9} -?\\d+ [A-Z]+ [\\d.]+:\\d+ \\d+ [0-9a-f]{16}");

  private static Outcome play(long seed, int threads, @Nullable StringWriter log) {
    return play("loss", 20, seed, threads, log);
  }

  private static Outcome play(
      String scenario, int seconds, long seed, int threads, @Nullable StringWriter log) {
    return Simulator.play(
        scenario,
        new Simulator.Options(
            OptionalInt.of(Simulator.MIN_NODES),
            seed,
            scenario.startsWith("peers")
                ? EnumSet.of(DiscoveryVersion.V4)
                : EnumSet.allOf(DiscoveryVersion.class),
            Optional.of(Duration.ofSeconds(seconds)),
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
    assertThat(text.toString().lines())
        .allMatch(LINE.asMatchPredicate())
        .anyMatch(line -> line.matches("\\d+\\.0.*"));
    assertThat(text.toString()).contains(" JOIN ", " SEND ", " DELIVER ", " LOST ", " LOOKUP ");
  }

  @Test
  void soItIsForWholeServers() {
    StringWriter text = new StringWriter();
    StringWriter again = new StringWriter();
    Outcome first = play("peers", 1, 1, 1, text);
    Outcome second = play("peers", 1, 1, 2, again);
    assertThat(again.toString()).isEqualTo(text.toString());
    assertThat(second.eventLogHash()).isEqualTo(first.eventLogHash());
    assertThat(text.toString()).contains(" CONNECT ", " ACCEPT ", " BYTES ", " END ");
  }

  @Test
  void anotherSeedGivesAnotherEventLog() {
    assertThat(play(2, 1, null).eventLogHash()).isNotEqualTo(play(3, 1, null).eventLogHash());
  }
}
