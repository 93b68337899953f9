package io.kadlink.discovery.store;

import static io.kadlink.discovery.DiscoveryVersion.V4;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.kadlink.discovery.testing.TightDisk;
import io.kadlink.discovery.testing.VirtualTime;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeRecord;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A disk that is full costs the node database nothing that it had. */
class FullDiskTest {
  private static final Duration INTERVAL = DatabaseOptions.DEFAULT_COMMIT_INTERVAL;

  private final VirtualTime time = new VirtualTime();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final Logger log = (Logger) LoggerFactory.getLogger(StoreWriter.class);
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  @TempDir private Path folder;

  @BeforeEach
  void listen() {
    TightDisk.install();
    lines.start();
    log.addAppender(lines);
    log.setAdditive(false);
    log.setLevel(Level.INFO);
  }

  @AfterEach
  void stopListening() {
    log.detachAppender(lines);
    log.setAdditive(true);
    log.setLevel(null);
  }

  private NodeStore open() throws IOException {
    return StoreFile.open(folder.resolve(NodeStore.FILE_NAME), TightDisk.SCHEME, time.now());
  }

  private NodeDatabase database() throws IOException {
    return new NodeDatabase(open(), time, Runnable::run, DatabaseOptions.defaults(), meters);
  }

  private Optional<StoredNode> find(NodeDatabase database, int number) {
    List<Optional<StoredNode>> answers = new ArrayList<>();
    database.find(id(number), answers::add);
    time.pass(Duration.ZERO);
    assertThat(answers).hasSize(1);
    return answers.getFirst();
  }

  private static NodeId id(int number) {
    return Nodes.contact(number).id();
  }

  private double unwritten() {
    return meters.get("kadlink.discovery.store.unwritten").gauge().value();
  }

  private void isNotSetAside() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(folder.resolve(NodeStore.FILE_NAME));
    }
  }

  @Test
  void whatWasStoredIsToldWhatIsNewWaitsAndIsWrittenOnceThereIsRoom() throws IOException {
    NodeDatabase database = database();
    database.answeredPing(V4, Nodes.contact(1));
    time.pass(INTERVAL);
    NodeRecord own = Nodes.contactWithRecord(9, 7).record().orElseThrow();
    int rounds = 0;
    for (int room : List.of(0, 1, 2_000, 0, 4_000)) {
      TightDisk.room(room);
      database.answeredPing(V4, Nodes.contact(2));
      database.storeLocalRecord(own);
      time.pass(INTERVAL);
      rounds++;
      assertThat(find(database, 1)).isPresent();
      assertThat(find(database, 2)).isEmpty();
      assertThat(database.stats().working()).isFalse();
    }
    assertThat(unwritten()).isEqualTo(1);
    assertThat(lines.list)
        .as("said once")
        .singleElement()
        .extracting(ILoggingEvent::getFormattedMessage)
        .asString()
        .contains("No space left on device", "make room");

    TightDisk.room(Long.MAX_VALUE);
    database.seen(Nodes.contact(3));
    time.pass(INTERVAL);
    assertThat(unwritten()).isZero();
    assertThat(lines.list).hasSize(2);
    assertThat(find(database, 2).orElseThrow().statistics().v4().pingsAnswered())
        .as("nothing was forgotten, nor counted twice")
        .isEqualTo(rounds);
    assertThat(database.close().toCompletableFuture()).isCompleted();
    try (NodeStore again = open()) {
      assertThat(again.size()).isEqualTo(3);
      assertThat(again.localRecord(own.id())).contains(own);
    }
    isNotSetAside();
  }

  @Test
  void whatWaitsIsBounded() throws IOException {
    NodeDatabase database = database();
    TightDisk.room(0);
    int nodes = 3 * NodeDatabase.MAX_WAITING;
    for (int i = 0; i < nodes; i++) {
      database.seen(Nodes.contact(i));
    }
    time.pass(INTERVAL);
    TightDisk.room(Long.MAX_VALUE);
    database.seen(Nodes.contact(0));
    time.pass(INTERVAL);
    assertThat(database.stats().nodes()).isBetween(1_000, NodeDatabase.MAX_WAITING + 1);
    assertThat(database.stats().nodes() + database.stats().dropped())
        .isBetween((long) nodes, nodes + 1L);
    assertThat(database.close().toCompletableFuture()).isCompleted();
  }

  @Test
  void aDatabaseClosedOnAFullDiskHasWhatItHad() throws IOException {
    NodeDatabase database = database();
    database.answeredPing(V4, Nodes.contact(1));
    time.pass(INTERVAL);
    TightDisk.room(0);
    database.answeredPing(V4, Nodes.contact(2));
    assertThat(database.close().toCompletableFuture()).isCompleted();
    TightDisk.room(Long.MAX_VALUE);
    try (NodeStore again = open()) {
      assertThat(again.find(id(1))).isPresent();
    }
    isNotSetAside();
  }

  @Test
  void aFirstStartOnAFullDiskSaysSoAndTheNextOneSucceeds() throws IOException {
    for (int room : List.of(0, 1, 5_000)) {
      TightDisk.room(room);
      assertThatIOException()
          .isThrownBy(this::open)
          .withMessageContaining(NodeStore.FILE_NAME)
          .withMessageContaining("No space left on device");
    }
    TightDisk.room(Long.MAX_VALUE);
    open().close();
    isNotSetAside();
  }
}
