package io.kadlink.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChainCommandTest {
  @TempDir Path dir;
  private Path file;
  private String genesis;

  @BeforeEach
  void generate() {
    Path chain = dir.resolve("chain");
    done(
        "generate",
        "--blocks",
        "6",
        "--txs",
        "3",
        "--accounts",
        "2",
        "--seed",
        "5",
        "--out",
        chain.toString());
    file = chain.resolve("chain.rlp");
    genesis = chain.resolve("genesis.json").toString();
    assertThat(chain.resolve("headstate.json")).isNotEmptyFile();
  }

  private static CommandLineFixture run(int code, String... args) {
    CommandLineFixture kadlink = new CommandLineFixture();
    String[] all = new String[args.length + 1];
    all[0] = "chain";
    System.arraycopy(args, 0, all, 1, args.length);
    assertThat(kadlink.run(all)).as(kadlink.err()).isEqualTo(code);
    return kadlink;
  }

  private static String done(String... args) {
    return run(0, args).out();
  }

  @Test
  void whatWasGeneratedIsValidAndInspected() {
    assertThat(done("verify", file.toString(), "--genesis", genesis)).contains("took 6 blocks");
    assertThat(done("inspect", file.toString(), "--json"))
        .contains("\"blocks\" : 6")
        .contains("\"transactions\" : 18")
        .contains("\"first\" : \"1 0x")
        .contains("\"last\" : \"6 0x");
  }

  @Test
  void aNodesChainIsImportedIntoAndExportedFrom() throws IOException {
    String data = dir.resolve("data").toString();
    done("import", file.toString(), "--data-dir", data, "--genesis", genesis);
    Path out = dir.resolve("out.rlp");
    done("export", out.toString(), "--data-dir", data, "--genesis", genesis);
    assertThat(out).hasSameBinaryContentAs(file);
    Path part = dir.resolve("part.rlp");
    done(
        "export",
        part.toString(),
        "--data-dir",
        data,
        "--genesis",
        genesis,
        "--first",
        "2",
        "--last",
        "3");
    assertThat(done("inspect", part.toString())).containsPattern("blocks +2");
    run(2, "export", part.toString(), "--data-dir", data, "--genesis", genesis, "--first", "8");
  }

  @Test
  void aDamagedFileIsRefusedAtItsBlockAndWhatCameBeforeIsKept() throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    Path cut = dir.resolve("cut.rlp");
    Files.write(cut, Arrays.copyOf(bytes, bytes.length - 1));
    String data = dir.resolve("data").toString();
    assertThat(run(1, "import", cut.toString(), "--data-dir", data, "--genesis", genesis).err())
        .contains("block 5 at byte")
        .contains("ends in the middle");
    assertThat(done("import", file.toString(), "--data-dir", data, "--genesis", genesis))
        .contains("took 6 blocks");
    assertThat(run(1, "verify", cut.toString(), "--genesis", genesis).err()).contains("block 5");
    assertThat(run(1, "inspect", cut.toString()).err()).contains("block 5 at byte");
  }

  @Test
  void whatCannotBeDoneIsSaidInALine() {
    assertThat(run(1, "verify", dir.resolve("none.rlp").toString(), "--genesis", genesis).err())
        .contains("There is no file");
    assertThat(run(2, "generate", "--accounts", "0", "--out", dir.resolve("x").toString()).err())
        .contains("--accounts takes 1 to");
    assertThat(run(2).err()).contains("chain generate, import, export, inspect, or verify?");
  }
}
