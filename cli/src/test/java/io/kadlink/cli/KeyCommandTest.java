package io.kadlink.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.identity.NodeKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyCommandTest {
  @TempDir Path dir;
  private final CommandLineFixture kadlink = new CommandLineFixture();

  @Test
  void aGeneratedKeyIsReadableByItsOwnerAlone() throws IOException {
    Path file = dir.resolve("key");
    assertThat(kadlink.run("key", "generate", file.toString())).isZero();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(kadlink.out()).contains(NodeKey.load(file).id().toString());
  }

  @Test
  void anExistingFileIsNeverOverwritten() throws IOException {
    Path file = Files.writeString(dir.resolve("key"), "precious");
    assertThat(kadlink.run("key", "generate", file.toString())).isEqualTo(1);
    assertThat(file).hasContent("precious");
    assertThat(kadlink.err()).contains(file.toString()).contains("exists already");
  }

  @Test
  void inspectShowsThePublicPartAndNeverTheSecret() throws IOException {
    Path file = dir.resolve("key");
    NodeKey key = NodeKey.generate();
    key.save(file);
    assertThat(kadlink.run("key", "inspect", file.toString(), "--json")).isZero();
    assertThat(kadlink.out())
        .contains(key.publicKey().toString())
        .contains(key.id().toString())
        .doesNotContain(Files.readString(file).strip());
  }

  @Test
  void aFileWithoutAKeyIsNamed() throws IOException {
    Path file = Files.writeString(dir.resolve("key"), "not a key");
    assertThat(kadlink.run("key", "inspect", file.toString())).isEqualTo(1);
    assertThat(kadlink.err()).contains(file.toString());
  }

  @Test
  void aMissingArgumentIsBadUsage() {
    assertThat(kadlink.run("key", "generate")).isEqualTo(2);
    assertThat(new CommandLineFixture().run("key")).isEqualTo(2);
    assertThat(new CommandLineFixture().run()).isEqualTo(2);
    assertThat(new CommandLineFixture().run("no-such-command")).isEqualTo(2);
  }
}
