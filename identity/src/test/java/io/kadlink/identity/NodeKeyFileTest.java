package io.kadlink.identity;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

class NodeKeyFileTest {
  private static final String DIGITS =
      "B71C71A67e1177ad4e901695e1b4b9ee17ae16c6668d313eac2f96dbcda3f291";
  private static final String N =
      "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";

  @TempDir Path folder;

  @Test
  void aFreshKeyIsSavedForItsOwnerAloneAndReadBack() throws IOException {
    Path file = folder.resolve("new/nodekey");

    NodeKey first = NodeKey.loadOrCreate(file);

    assertThat(NodeKey.loadOrCreate(file).publicKey()).isEqualTo(first.publicKey());
    assertThat(Files.readString(file)).matches("[0-9a-f]{64}\n");
    assertThat(mode(file)).isEqualTo("rw-------");
    assertThat(names(folder.resolve("new"))).containsExactly("nodekey");
  }

  @Test
  void savingReplacesAFileAndItsLooserMode() throws IOException {
    Path file = Files.writeString(folder.resolve("nodekey"), "old");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    NodeKey key = NodeKey.generate();

    key.save(file);

    assertThat(NodeKey.load(file).publicKey()).isEqualTo(key.publicKey());
    assertThat(mode(file)).isEqualTo("rw-------");
    assertThat(names(folder)).containsExactly("nodekey");
  }

  @ParameterizedTest
  @ValueSource(strings = {DIGITS, DIGITS + "\n", "\t " + DIGITS + " \r\n", "0x" + DIGITS})
  void keysOfOtherClientsAreRead(String content) throws IOException {
    Path file = Files.writeString(folder.resolve("nodekey"), content);

    assertThat(NodeKey.load(file).id().toString())
        .isEqualTo("a448f24c6d18e575453db13171562b71999873db5b286df957af199ec94617f7");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\n",
        "0x",
        "1f",
        DIGITS + "0",
        DIGITS + "\n" + DIGITS,
        "0x0x" + DIGITS,
        "0000000000000000000000000000000000000000000000000000000000000000",
        N,
        "g71c71a67e1177ad4e901695e1b4b9ee17ae16c6668d313eac2f96dbcda3f291",
        "-----BEGIN EC PRIVATE KEY-----"
      })
  void aFileWithoutAKeyIsNamedButNotQuoted(String content) throws IOException {
    Path file = Files.write(folder.resolve("nodekey"), content.getBytes(ISO_8859_1));

    for (Callable<NodeKey> read :
        List.<Callable<NodeKey>>of(() -> NodeKey.load(file), () -> NodeKey.loadOrCreate(file))) {
      assertThatThrownBy(read::call)
          .isInstanceOf(IOException.class)
          .hasMessageContaining(file.toString())
          .hasMessageContaining("holds no node key")
          .hasMessageNotContaining(DIGITS.substring(0, 8));
    }
    assertThat(Files.readString(file)).isEqualTo(content);
  }

  @ParameterizedTest
  @CsvSource({"rw-------, 0", "r--------, 0", "rw-r-----, 1", "rw-r--r--, 1"})
  void aFileThatOthersCanReadIsWarnedAbout(String mode, int warnings) throws IOException {
    Path file = Files.writeString(folder.resolve("nodekey"), DIGITS);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    Logger logger = (Logger) LoggerFactory.getLogger(KeyFile.class);
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    logger.addAppender(log);
    try {
      NodeKey.load(file);
    } finally {
      logger.detachAppender(log);
    }

    assertThat(log.list).hasSize(warnings);
    assertThat(log.list)
        .allSatisfy(
            event ->
                assertThat(event.getFormattedMessage())
                    .contains(file.toString(), mode, "chmod 600")
                    .doesNotContain(DIGITS));
  }

  @Test
  void aHugeFileIsRefusedWithoutReadingItAll() throws IOException {
    Path file = Files.write(folder.resolve("nodekey"), new byte[1 << 20]);

    assertThatThrownBy(() -> NodeKey.load(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("too long");
  }

  @Test
  void aMissingFileIsNamed() {
    Path file = folder.resolve("nodekey");

    assertThatThrownBy(() -> NodeKey.load(file))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining(file.toString());
  }

  @Test
  void aFolderInPlaceOfTheFileIsNamed() throws IOException {
    Path file = Files.createDirectory(folder.resolve("nodekey"));

    assertThatThrownBy(() -> NodeKey.load(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("can't read key file " + file);
    assertThatThrownBy(() -> NodeKey.generate().save(file.resolve("../plain/x/../../nodekey")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("can't write key file");
  }

  @Test
  void aFileInPlaceOfTheFolderIsNamed() throws IOException {
    Path file = Files.createFile(folder.resolve("plain")).resolve("nodekey");

    assertThatThrownBy(() -> NodeKey.loadOrCreate(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("key file " + file);
  }

  @Test
  void manyWhoCreateTheFileAtOnceGetTheSameKey() throws Exception {
    Path file = folder.resolve("nodekey");
    Set<PublicKey> keys = ConcurrentHashMap.newKeySet();
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Callable<Boolean>> creations =
          IntStream.range(0, 32)
              .<Callable<Boolean>>mapToObj(
                  i -> () -> keys.add(NodeKey.loadOrCreate(file).publicKey()))
              .toList();
      for (Future<Boolean> creation : threads.invokeAll(creations)) {
        creation.get();
      }
    }

    assertThat(keys).hasSize(1);
    assertThat(names(folder)).containsExactly("nodekey");
  }

  @Test
  void theTextOfAKeyNamesThePublicKeyOnly() {
    NodeKey key = NodeKey.parse(DIGITS);

    assertThat(key.toString()).isEqualTo("NodeKey[" + key.publicKey() + "]");
    assertThat(key.toString().toUpperCase(Locale.ROOT))
        .doesNotContain(DIGITS.toUpperCase(Locale.ROOT));
  }

  private static String mode(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
