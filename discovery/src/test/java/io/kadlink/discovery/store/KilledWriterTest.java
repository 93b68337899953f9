package io.kadlink.discovery.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.DiscoveryVersion;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that writes nodes is killed again and again; what it committed stays. */
class KilledWriterTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final int KILLS = 4;
  private static final int NODES_EACH_COMMIT = 20;

  @TempDir private Path folder;

  /** Writes nodes from {@code args[1]} on, and says after each commit how many there are. */
  public static final class Writer {
    private Writer() {}

    public static void main(String[] args) throws IOException {
      NodeStore store = NodeStore.open(Path.of(args[0]), NOW);
      for (int i = Integer.parseInt(args[1]); ; ) {
        for (int end = i + NODES_EACH_COMMIT; i < end; i++) {
          NodeUpdate update = new NodeUpdate();
          update.answeredPing(DiscoveryVersion.V4, Nodes.contact(i), NOW.toEpochMilli() + i);
          store.apply(Nodes.contact(i).id(), update);
        }
        store.commit();
        System.out.println(i);
        System.out.flush();
      }
    }
  }

  @Test
  void whatWasCommittedSurvivesAKillAtAnyMoment() throws Exception {
    Path file = folder.resolve(NodeStore.FILE_NAME);
    SplittableRandom random = new SplittableRandom(3);
    int committed = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      committed = writeAndKill(file, committed, random);
      try (NodeStore store = NodeStore.open(file, NOW)) {
        assertThat(store.size()).isGreaterThanOrEqualTo(committed);
        assertThat(store.size() % NODES_EACH_COMMIT).as("whole commits only").isZero();
        for (int i = 0; i < committed; i++) {
          StoredNode node = store.find(Nodes.contact(i).id()).orElseThrow();
          assertThat(node.lastPong()).contains(NOW.plusMillis(i));
        }
        committed = store.size();
      }
      try (Stream<Path> files = Files.list(folder)) {
        assertThat(files).as("nothing was set aside").containsExactly(file);
      }
    }
    assertThat(committed).isGreaterThan(KILLS * NODES_EACH_COMMIT);
  }

  private static int writeAndKill(Path file, int from, SplittableRandom random) throws Exception {
    Process writer =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                Writer.class.getName(),
                file.toString(),
                Integer.toString(from))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    int committed = from;
    try (BufferedReader out = writer.inputReader(StandardCharsets.US_ASCII)) {
      for (int i = random.nextInt(1, 60); i > 0; i--) {
        committed = Integer.parseInt(out.readLine());
      }
      long until = System.nanoTime() + random.nextLong(3_000_000); // somewhere within a commit
      while (System.nanoTime() < until) {
        Thread.onSpinWait();
      }
      writer.toHandle().destroyForcibly(); // unlike the process's own method, leaves the pipe open
      writer.waitFor();
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        committed = Integer.parseInt(line);
      }
    } finally {
      writer.destroyForcibly().waitFor();
    }
    return committed;
  }
}
