package io.kadlink.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.dev.DevGenesis;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What a terminal shows of an import. */
class ImportProgressTest {
  private static final BlockHeader HEADER = DevGenesis.genesis().block().header();
  private static final long SECOND = 1_000_000_000;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream terminal = new PrintStream(bytes, true, StandardCharsets.UTF_8);
  private long now;

  private String shown() {
    String text = bytes.toString(StandardCharsets.UTF_8);
    bytes.reset();
    return text;
  }

  @Test
  void aBarSpeedAndTheTimeLeft() {
    ImportProgress progress =
        new ImportProgress(Path.of("chain.rlp"), 40_000_000, () -> now, terminal);
    progress.imported(HEADER, 1, 1_000);
    assertThat(shown()).as("not for each block").isEmpty();
    now = 2 * SECOND;
    progress.imported(HEADER, 5_000, 10_000_000);
    assertThat(shown())
        .contains("[#######-----------------------]")
        .contains("25.0 %", "2500 blocks/s", "5.0 MB/s", "0:06 left");
    progress.close();
    assertThat(shown()).isEqualTo("\r\033[K");
  }

  @Test
  void ofACompressedFileTheEndIsNotKnown() {
    ImportProgress progress =
        new ImportProgress(Path.of("chain.rlp.gz"), 1_000, () -> now, terminal);
    now = SECOND;
    progress.imported(HEADER, 100, 1_000_000);
    assertThat(shown()).contains("100 blocks/s, 1.0 MB/s").doesNotContain("%", "left");
  }
}
