package io.kadlink.protocols.eth.dev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.kadlink.protocols.eth.chain.Block;
import io.kadlink.protocols.eth.chain.ImportResult;
import io.kadlink.protocols.eth.store.RocksDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A disk that is full stops the chain's growth, and nothing else. */
class FullDiskTest {
  private final Logger log = (Logger) LoggerFactory.getLogger(ImportQueue.class);
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final AtomicLong room = new AtomicLong(Long.MAX_VALUE);
  @TempDir private Path directory;

  @BeforeEach
  void listen() {
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

  private DevChainOptions options() {
    return DevChainOptions.devChain().withDirectory(directory).withMeters(meters);
  }

  private TestChain open() throws IOException {
    return new TestChain(
        options(), ChainStore.on(new TightDatabase(RocksDatabase.open(directory), room)));
  }

  private double unwritten() {
    return meters.get("kadlink.chain.unwritten").gauge().value();
  }

  @Test
  void theChainStaysAtItsHeadIsReadAndGrowsAgainOnceThereIsRoom() throws IOException {
    try (TestChain test = open()) {
      Block first = test.mine();
      Block second = test.build();
      // refused at once, and within a block
      for (int left : List.of(0, 1, 300)) {
        room.set(left);
        assertThat(test.chain.importBlock(second).toCompletableFuture())
            .failsWithin(Duration.ZERO)
            .withThrowableThat()
            .withMessageContaining("failed");
        assertThat(test.chain.head()).isEqualTo(first.header());
        assertThat(test.block(1)).isEqualTo(first);
        assertThat(test.chain.header(second.header().hash())).isEmpty();
        assertThat(test.account(TestChain.COINBASE)).isNotNull();
      }
      assertThat(unwritten()).isEqualTo(1);
      assertThat(lines.list)
          .as("said once")
          .singleElement()
          .extracting(ILoggingEvent::getFormattedMessage)
          .asString()
          .contains("No space left on device", "make room");

      room.set(Long.MAX_VALUE);
      assertThat(test.add(second)).isEqualTo(new ImportResult.Imported(true, true));
      test.mine();
      assertThat(unwritten()).isZero();
      assertThat(lines.list).hasSize(2);
    }
    try (TestChain test = open()) {
      assertThat(test.chain.head().number()).isEqualTo(3);
    }
  }

  @Test
  void aChainClosedOnAFullDiskOpensAtItsHead() throws IOException {
    try (TestChain test = open()) {
      test.mine();
      room.set(0);
    }
    try (TestChain test = open()) {
      assertThat(test.chain.head().number()).isEqualTo(1);
    }
  }

  @Test
  void aFirstStartOnAFullDiskSaysSoAndTheNextOneSucceeds() throws IOException {
    for (int left : List.of(0, 1, 1_000)) {
      room.set(left);
      assertThatIOException()
          .isThrownBy(this::open)
          .withMessageContaining(directory.toString())
          .withMessageContaining("No space left on device");
    }
    room.set(Long.MAX_VALUE);
    try (TestChain test = open()) {
      test.mine();
    }
  }
}
