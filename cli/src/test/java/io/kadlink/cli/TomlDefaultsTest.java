package io.kadlink.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.server.admission.Cidr;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class TomlDefaultsTest {
  @TempDir Path dir;

  @Command(name = "node")
  private static final class Parsed {
    @Mixin private NodeOptions options = new NodeOptions();
  }

  private NodeOptions parse(String toml, String... more) throws IOException {
    Path file = Files.writeString(dir.resolve("kadlink.toml"), toml);
    Parsed parsed = new Parsed();
    CommandLine line = new CommandLine(parsed).setCaseInsensitiveEnumValuesAllowed(true);
    String[] args = new String[more.length + 1];
    args[0] = "--config=" + file;
    System.arraycopy(more, 0, args, 1, more.length);
    TomlDefaults.from(args, line).ifPresent(line::setDefaultValueProvider);
    line.parseArgs(args);
    return parsed.options;
  }

  @Test
  void numbersFlagsAndListsComeFromTheFile() throws IOException {
    NodeOptions options =
        parse("max-peers = 7\nno-listen = true\nnetrestrict = ['10.0.0.0/8', '127.0.0.0/8']\n");
    assertThat(options.maxPeers).isEqualTo(7);
    assertThat(options.noListen).isTrue();
    assertThat(options.common.netRestrict)
        .containsExactly(Cidr.parse("10.0.0.0/8"), Cidr.parse("127.0.0.0/8"));
  }

  @Test
  void theCommandLineWins() throws IOException {
    assertThat(parse("max-peers = 7\n", "--max-peers", "9").maxPeers).isEqualTo(9);
  }

  @Test
  void anUnknownKeyIsBadUsageAndNamed() throws IOException {
    Path file = Files.writeString(dir.resolve("bad.toml"), "max-pears = 7\n");
    CommandLineFixture kadlink = new CommandLineFixture();
    assertThat(kadlink.run("node", "--config", file.toString())).isEqualTo(2);
    assertThat(kadlink.err()).contains("max-pears").contains(file.toString());
  }

  @Test
  void whatIsNoTomlIsBadUsageWithTheLine() throws IOException {
    Path file = Files.writeString(dir.resolve("bad.toml"), "port = 1\nport = = 2\n");
    CommandLineFixture kadlink = new CommandLineFixture();
    assertThat(kadlink.run("node", "--config", file.toString())).isEqualTo(2);
    assertThat(kadlink.err()).contains("line 2");
  }
}
