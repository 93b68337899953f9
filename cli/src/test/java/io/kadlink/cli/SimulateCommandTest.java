package io.kadlink.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kadlink.testnet.sim.scenario.Simulator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SimulateCommandTest {
  private static final String NODES = String.valueOf(Simulator.MIN_NODES);

  @TempDir Path dir;
  private final CommandLineFixture kadlink = new CommandLineFixture();

  private static JsonNode outcome(String... more) throws IOException {
    CommandLineFixture kadlink = new CommandLineFixture();
    String[] args = concat(new String[] {"simulate", "--json", "--nodes", NODES}, more);
    assertThat(kadlink.run(args)).as(kadlink.out() + kadlink.err()).isZero();
    JsonNode json = new ObjectMapper().readTree(kadlink.out());
    assertThat(json.get("ok").asBoolean()).isTrue();
    assertThat(json.get("outcomes")).hasSize(1);
    return json.get("outcomes").get(0);
  }

  private static String[] concat(String[] a, String[] b) {
    return Stream.of(a, b).flatMap(Stream::of).toArray(String[]::new);
  }

  @Test
  void listNamesEveryScenario() throws IOException {
    assertThat(kadlink.run("simulate", "--list", "--json")).isZero();
    JsonNode list = new ObjectMapper().readTree(kadlink.out());
    assertThat(list).hasSameSizeAs(Simulator.names());
    for (String name : Simulator.names()) {
      assertThat(list.get(name).asText()).isEqualTo(Simulator.description(name));
    }
  }

  @Test
  void theSameSeedGivesTheSameHashWhateverTheThreads() throws IOException {
    JsonNode first = outcome("--seed", "7", "--threads", "1");
    JsonNode again = outcome("--seed", "7", "--threads", "2");
    String hash = first.get("eventLogHash").asText();
    assertThat(hash).matches("[0-9a-f]{64}");
    assertThat(again.get("eventLogHash").asText()).isEqualTo(hash);
    assertThat(again.get("figures")).isEqualTo(first.get("figures"));
    assertThat(first.get("scenario").asText()).isEqualTo("bootstrap");
    assertThat(first.get("versions").get(0).asText()).isEqualTo("V4");
    assertThat(first.get("checks").get(0).get("ok").asBoolean()).isTrue();
  }

  @Test
  void withoutJsonItSaysWhatWasCheckedAndTheEventLogHasTheEvents() throws IOException {
    Path log = dir.resolve("events");
    String[] more = {"--nodes", NODES, "--seed", "8", "--protocol", "v5"};
    String[] args = concat(new String[] {"simulate", "--event-log", log.toString()}, more);
    assertThat(kadlink.run(args)).as(kadlink.err()).isZero();
    assertThat(kadlink.out())
        .startsWith("bootstrap: " + NODES + " nodes, V5, seed 8")
        .contains("ok     recall of 200 lookups then")
        .containsPattern("event log SHA-256 [0-9a-f]{64}");
    assertThat(Files.readAllLines(log)).hasSizeGreaterThan(1_000);
  }

  @Test
  void whatItCanNotRunIsBadUsage() {
    assertThat(kadlink.run("simulate", "--scenario", "peace")).isEqualTo(2);
    assertThat(kadlink.err()).contains("There is no scenario 'peace'").contains("half-gone");
    assertThat(kadlink.run("simulate", "--nodes", String.valueOf(Simulator.MIN_NODES - 1)))
        .isEqualTo(2);
    assertThat(kadlink.run("simulate", "--minutes", "0")).isEqualTo(2);
    assertThat(kadlink.run("simulate", "--threads", "0")).isEqualTo(2);
    assertThat(kadlink.run("simulate", "--protocol", "v6")).isEqualTo(2);
  }
}
