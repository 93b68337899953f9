package io.kadlink.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.server.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.Test;

/** The README's library example compiles, runs, and is the one below. */
class ReadmeExampleTest {
  /** The README promises as much. */
  private static final int MAX_LINES = 30;

  private static final Path SOURCE =
      Path.of("src/test/java/io/kadlink/server/ReadmeExampleTest.java");
  private static final Path README = Path.of("../README.md");

  // example begins
  /** The protocol echo/1: message 0 asks, message 1 answers with the same bytes. */
  record Echo(CompletableFuture<Bytes> answer) implements Protocol {
    public String name() {
      return "echo";
    }

    public int version() {
      return 1;
    }

    public int messageCount() {
      return 2;
    }

    public void message(Peer peer, int code, Bytes payload) {
      switch (code) {
        case 0 -> peer.send(this, 1, payload);
        default -> answer.complete(payload);
      }
    }
  }

  static Bytes askAndWait() {
    Echo echo = new Echo(new CompletableFuture<>());
    try (Server a = Server.builder().host("127.0.0.1").port(0).protocol(echo).start();
        Server b = Server.builder().host("127.0.0.1").port(0).protocol(echo).start()) {
      a.connect(b.enode()).thenAccept(peer -> peer.send(echo, 0, Bytes.of(1, 2, 3)));
      return echo.answer().join();
    }
  }

  // example ends

  @Test
  void theExampleRuns() {
    assertThat(Await.value(CompletableFuture.supplyAsync(ReadmeExampleTest::askAndWait)))
        .isEqualTo(Bytes.of(1, 2, 3));
  }

  @Test
  void theReadmeQuotesItWordForWord() throws IOException {
    List<String> example = between(SOURCE, "  // example begins", "  // example ends");
    String text = String.join("\n", example).stripTrailing().stripIndent();
    assertThat(text.lines()).hasSizeBetween(1, MAX_LINES);
    assertThat(Files.readString(README)).contains("```java\n" + text + "\n```");
  }

  private static List<String> between(Path file, String begin, String end) throws IOException {
    List<String> lines = Files.readAllLines(file);
    assertThat(lines).contains(begin, end);
    return lines.subList(lines.indexOf(begin) + 1, lines.indexOf(end));
  }
}
