package io.kadlink.discovery.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.kadlink.discovery.DiscoveryVersion;
import io.kadlink.discovery.table.Contact;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.h2.mvstore.MVStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class NodeStoreFileTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final int NODES = 300;

  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
  private final Logger logger = (Logger) LoggerFactory.getLogger(StoreFile.class);

  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void listen() {
    file = folder.resolve(NodeStore.FILE_NAME);
    logged.start();
    logger.addAppender(logged);
    logger.setAdditive(false);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(logged);
    logger.setAdditive(true);
  }

  private void fill() throws IOException {
    try (NodeStore store = NodeStore.open(file, NOW)) {
      for (int i = 0; i < NODES; i++) {
        Contact contact = i % 3 == 0 ? Nodes.contactWithRecord(i, 1) : Nodes.contact(i);
        store.apply(contact.id(), update(contact));
      }
      store.putLocalRecord(Nodes.record(1, 77));
      store.commit();
    }
  }

  private static NodeUpdate update(Contact contact) {
    NodeUpdate update = new NodeUpdate();
    update.answeredPing(DiscoveryVersion.V4, contact, NOW.toEpochMilli());
    return update;
  }

  private List<String> files() throws IOException {
    try (Stream<Path> list = Files.list(folder)) {
      return list.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void everythingIsThereAfterAReopening() throws IOException {
    fill();
    try (NodeStore store = NodeStore.open(file, NOW)) {
      assertThat(store.size()).isEqualTo(NODES);
      StoredNode node = store.find(Nodes.contact(3).id()).orElseThrow();
      assertThat(node.contact()).isEqualTo(Nodes.contactWithRecord(3, 1));
      assertThat(node.lastPong()).contains(NOW);
      assertThat(store.localRecord(Nodes.contact(1).id())).contains(Nodes.record(1, 77));
    }
    assertThat(logged.list).isEmpty();
    assertThat(files()).containsExactly("nodes.mv");
  }

  @Test
  void aFileOfRandomBytesIsSetAside() throws IOException {
    byte[] noise = new byte[20_000];
    new SplittableRandom(1).nextBytes(noise);
    Files.write(file, noise);
    setsAsideAndStartsFresh("nodes.mv.corrupt-20260102T030405Z");
    assertThat(folder.resolve("nodes.mv.corrupt-20260102T030405Z")).hasBinaryContent(noise);
  }

  @Test
  void aSecondDamagedFileInTheSameSecondDoesNotReplaceTheFirst() throws IOException {
    byte[] noise = new byte[20_000];
    new SplittableRandom(1).nextBytes(noise);
    Files.write(file, noise);
    NodeStore.open(file, NOW).close();
    Files.write(file, noise);
    NodeStore.open(file, NOW).close();
    assertThat(files())
        .containsExactly(
            "nodes.mv", "nodes.mv.corrupt-20260102T030405Z", "nodes.mv.corrupt-20260102T030405Z-2");
  }

  @Test
  void aFileCutShortOpensAtAnEarlierCommitOrIsSetAside() throws IOException {
    fill();
    byte[] whole = Files.readAllBytes(file);
    for (int length = 1_000; length < whole.length; length += whole.length / 8) {
      Files.write(file, Arrays.copyOf(whole, length));
      try (NodeStore store = NodeStore.open(file, NOW)) {
        assertThat(store.size()).isIn(0, NODES);
      }
    }
    assertThat(logged.list).isNotEmpty();
  }

  @Test
  void aFlippedBitIsNeverBelieved() throws IOException {
    fill();
    byte[] whole = Files.readAllBytes(file);
    SplittableRandom random = new SplittableRandom(7);
    int setAside = 0;
    for (int i = 0; i < 25; i++) {
      byte[] flipped = whole.clone();
      flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
      Files.write(file, flipped);
      try (NodeStore store = NodeStore.open(file, NOW)) {
        if (store.size() == 0) {
          setAside++;
        } else {
          assertThat(store.page(Optional.empty(), NODES + 1))
              .hasSize(NODES)
              .allMatch(node -> node.lastPong().orElseThrow().equals(NOW));
        }
      }
    }
    assertThat(setAside).isPositive();
    assertThat(logged.list).hasSize(setAside);
  }

  @Test
  void aFileInAnotherLayoutIsSetAsideUnderItsOwnName() throws IOException {
    try (MVStore store = MVStore.open(file.toString())) {
      NodeStore.map(store, StoreFile.META).put("layout".getBytes(), "kadlink-nodes-9".getBytes());
    }
    setsAsideAndStartsFresh("nodes.mv.other-version-20260102T030405Z");
    assertThat(logged.list.get(0).getFormattedMessage()).contains("kadlink-nodes-9");
  }

  @Test
  void aStoreOfAnotherProgramIsSetAside() throws IOException {
    try (MVStore store = MVStore.open(file.toString())) {
      store.openMap("accounts").put("some", "thing");
    }
    setsAsideAndStartsFresh("nodes.mv.other-version-20260102T030405Z");
  }

  private void setsAsideAndStartsFresh(String name) throws IOException {
    try (NodeStore store = NodeStore.open(file, NOW)) {
      assertThat(store.size()).isZero();
    }
    assertThat(files()).containsExactly("nodes.mv", name);
    assertThat(logged.list).hasSize(1);
    assertThat(logged.list.get(0).getLevel()).isEqualTo(Level.WARN);
    assertThat(logged.list.get(0).getFormattedMessage())
        .contains(file.toString(), name, "starts with an empty one");
  }

  @Test
  void aFileInUseIsRefusedAndLeftAlone() throws IOException {
    try (NodeStore store = NodeStore.open(file, NOW)) {
      assertThatThrownBy(() -> NodeStore.open(file, NOW))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(file.toString())
          .hasMessageContaining("in use by another process");
      assertThat(store.size()).isZero();
    }
    assertThat(files()).containsExactly("nodes.mv");
  }

  @Test
  void aFolderInTheFilesPlaceIsRefused() throws IOException {
    Files.createDirectory(file);
    assertThatThrownBy(() -> NodeStore.open(file, NOW))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file.toString());
  }

  @Test
  void theFileDoesNotGrowWithTheNumberOfCommits() throws IOException {
    List<Contact> contacts =
        IntStream.range(0, 100).mapToObj(i -> Nodes.contactWithRecord(i, 1)).toList();
    try (NodeStore store = NodeStore.open(file, NOW)) {
      for (int commit = 0; commit < 100; commit++) {
        for (int i = 0; i < 100; i++) {
          store.apply(contacts.get(i).id(), update(contacts.get(i)));
        }
        store.commit();
      }
    }
    assertThat(Files.size(file)).isLessThan(3 << 20);
  }
}
