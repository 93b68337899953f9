package io.kadlink.server.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class StateFileTest {
  private static final Instant NOW = Instant.ofEpochMilli(1_000);
  private final Logger log = (Logger) LoggerFactory.getLogger(StateFile.class);
  @TempDir private Path folder;
  private final Queue<Runnable> writes = new ArrayDeque<>();

  @AfterEach
  void restoreLog() {
    log.setLevel(null);
  }

  private StateFile file() {
    return new StateFile(folder.resolve("state.json"), writes::add);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private List<String> read() {
    List<String> read = new ArrayList<>();
    file().read(content -> read.add(new String(content, UTF_8)), NOW);
    return read;
  }

  @Test
  void withoutAFileThereIsNothingToRead() {
    assertThat(read()).isEmpty();
  }

  @Test
  void ofSeveralContentsThatWaitTheNewestIsWrittenOnce() throws IOException {
    StateFile file = file();
    file.save(bytes("one"));
    file.save(bytes("two"));
    assertThat(writes).hasSize(1);
    writes.remove().run();
    assertThat(read()).containsExactly("two");

    file.save(bytes("three"));
    file.close();
    assertThat(read()).containsExactly("three");
    try (var files = Files.list(folder)) {
      assertThat(files).hasSize(1);
    }
  }

  @Test
  void whatIsToBeWrittenIsAskedForWhereItIsWrittenAndOnlyIfItIsTheNewest() {
    StateFile file = file();
    List<String> asked = new ArrayList<>();
    for (String content : List.of("old", "new")) {
      file.save(
          () -> {
            asked.add(content);
            return bytes(content);
          });
    }
    assertThat(asked).isEmpty();

    writes.remove().run();
    assertThat(asked).containsExactly("new");
    assertThat(read()).containsExactly("new");
  }

  @Test
  void aFileThatIsRefusedIsSetAside() throws IOException {
    log.setLevel(Level.OFF);
    Files.writeString(folder.resolve("state.json"), "garbage");
    file()
        .read(
            content -> {
              throw new IllegalArgumentException("a test");
            },
            NOW);

    assertThat(folder.resolve("state.json")).doesNotExist();
    assertThat(folder.resolve("state.json.corrupt-1000")).hasContent("garbage");
  }

  @Test
  void aFullDiskKeepsTheOldContentAndTheNextWriteSucceeds() throws IOException {
    log.setLevel(Level.OFF);
    StateFile file = file();
    file.save(bytes("old"));
    file.close();
    // A folder in the way of the new file: as with a full disk, it can't be written.
    Path obstacle = Files.createDirectory(folder.resolve("state.json.new"));
    file.save(bytes("new"));
    file.close();
    assertThat(read()).containsExactly("old");

    Files.delete(obstacle);
    file.save(bytes("newer"));
    file.close();
    assertThat(read()).containsExactly("newer");
  }

  @Test
  void whoSavesLearnsWhenItIsOnDisk() {
    StateFile file = file();
    CompletableFuture<?> one = file.save(bytes("one")).toCompletableFuture();
    CompletableFuture<?> two = file.save(bytes("two")).toCompletableFuture();
    assertThat(one).isNotDone();
    assertThat(two).isNotDone();
    writes.remove().run();
    assertThat(one).isCompleted();
    assertThat(two).isCompleted();
    assertThat(read()).containsExactly("two");
  }

  @Test
  void whatCouldNotBeWrittenIsSaidOnceAndWrittenOnceThereIsRoom() throws IOException {
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    log.addAppender(lines);
    log.setAdditive(false);
    log.setLevel(Level.INFO);
    try {
      StateFile file = new StateFile(folder.resolve("state.json"), Runnable::run);
      Path obstacle = Files.createDirectory(folder.resolve("state.json.new"));
      CompletableFuture<?> saved = file.save(bytes("new")).toCompletableFuture();
      assertThat(saved).isCompletedExceptionally();
      assertThatThrownBy(saved::join)
          .hasRootCauseInstanceOf(IOException.class)
          .hasMessageContaining("state.json can't be written");
      assertThat(file.failing()).isTrue();
      for (int i = 0; i < 100; i++) {
        file.retry();
      }
      assertThat(lines.list).hasSize(1);
      assertThat(lines.list.getFirst().getFormattedMessage()).contains("make room");

      Files.delete(obstacle);
      file.retry();
      assertThat(read()).containsExactly("new");
      assertThat(file.failing()).isFalse();
      assertThat(lines.list).hasSize(2);

      file.retry();
      assertThat(lines.list).as("there is nothing to try again").hasSize(2);
    } finally {
      log.detachAppender(lines);
      log.setAdditive(true);
    }
  }
}
