package io.kadlink.testnet.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.server.Protocol;
import io.kadlink.testnet.sim.SilentProtocol;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The example of docs/simulator.md compiles, runs, and is the one beside this test. */
class SimulatorGuideTest {
  private static final Path EXAMPLE =
      Path.of("src/test/java/io/kadlink/testnet/examples/OwnSimulation.java");
  private static final Path GUIDE = Path.of("../docs/simulator.md");

  private static Protocol silent() {
    return new SilentProtocol(goodbye -> {});
  }

  @Test
  void whoIsCutOffHasNoPeersAndTheOthersHaveEachOther() {
    List<Integer> peers = OwnSimulation.peersAfterASplit(SimulatorGuideTest::silent, 1);
    assertThat(peers.get(0)).isZero();
    assertThat(peers.subList(1, peers.size())).allMatch(count -> count >= 2);
    assertThat(OwnSimulation.peersAfterASplit(SimulatorGuideTest::silent, 1)).isEqualTo(peers);
  }

  @Test
  void theGuideQuotesTheExampleWordForWord() throws IOException {
    List<String> lines = Files.readAllLines(EXAMPLE);
    String text =
        String.join(
                "\n",
                lines.subList(
                    lines.indexOf("  // example begins") + 1, lines.indexOf("  // example ends")))
            .stripTrailing()
            .stripIndent();
    assertThat(Files.readString(GUIDE)).contains("```java\n" + text + "\n```");
  }
}
