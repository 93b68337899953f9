package io.kadlink.testnet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class MainTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    return new CommandLine(new Main())
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(args);
  }

  @Test
  void tooFewNodesIsBadUsage() {
    assertThat(run("--kadlink-jar", "none.jar", "--nodes", "4")).isEqualTo(2);
    assertThat(err.toString()).contains("5 to 64");
  }

  @Test
  void anUnknownScenarioIsBadUsage() {
    assertThat(run("--kadlink-jar", "none.jar", "--scenario", "moon")).isEqualTo(2);
    assertThat(err.toString()).contains("moon").contains("default");
  }

  @Test
  void aNodeThatDoesNotStartFailsTheCheckAndTheRun() {
    assertThat(run("--kadlink-jar", "no-such.jar", "--nodes", "5", "--exit-when-done"))
        .isEqualTo(1);
    assertThat(out.toString()).contains("FAILED").contains("node0 did not start");
  }
}
