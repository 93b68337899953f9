package io.kadlink.protocols.eth.dev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kadlink.protocols.eth.chain.Block;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.dev.Genesis.Allocation;
import io.kadlink.protocols.eth.store.Database;
import io.kadlink.protocols.eth.store.RocksDatabase;
import io.kadlink.protocols.eth.store.Table;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.units.bigints.UInt256;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is on disk when the chain is opened again, and what can't be opened. */
class ChainStoreTest {
  @TempDir Path directory;

  private TestChain open() {
    return new TestChain(DevChainOptions.devChain().withDirectory(directory));
  }

  @Test
  void everythingIsThereAfterReopening() {
    Block block;
    Transaction transaction;
    try (TestChain test = open()) {
      transaction = test.pending(0, TestChain.STRANGER, 9);
      block = test.mine();
      test.mine();
    }
    try (TestChain test = open()) {
      assertThat(test.chain.head().number()).isEqualTo(2);
      assertThat(test.chain.header(1)).contains(block.header());
      assertThat(test.chain.body(block.header().hash())).contains(block.body());
      assertThat(test.chain.receipts(block.header().hash()).orElseThrow()).hasSize(1);
      assertThat(test.chain.place(transaction.hash())).isPresent();
      assertThat(test.account(TestChain.STRANGER).balance()).isEqualTo(UInt256.valueOf(9));
      test.pending(0, TestChain.STRANGER, 1);
      test.mine();
      assertThat(test.account(TestChain.STRANGER).balance()).isEqualTo(UInt256.valueOf(10));
    }
  }

  @Test
  void anotherGenesisIsRefusedByName() {
    open().close();
    Genesis other =
        DevGenesis.withAccounts(
            5, Map.of(TestChain.STRANGER, new Allocation(UInt256.ONE, 0, Bytes.EMPTY, Map.of())));
    assertThatThrownBy(
            () -> DevChain.open(DevChainOptions.of(other).withDirectory(directory)).close())
        .isInstanceOf(IOException.class)
        .hasMessageContaining(directory.resolve("db").toString())
        .hasMessageContaining(DevGenesis.genesis().block().header().hash().toString())
        .hasMessageContaining(other.block().header().hash().toString());
  }

  @Test
  void aChainInUseIsRefused() {
    try (TestChain test = open()) {
      assertThatThrownBy(this::open)
          .hasRootCauseInstanceOf(Exception.class)
          .hasMessageContaining("can't be opened")
          .hasMessageContaining(test.chain.head().number() == 0 ? "db" : "");
    }
  }

  @Test
  void aDirectoryThatIsNoStoreIsRefused() throws IOException {
    Path db = Files.createDirectories(directory.resolve("db"));
    Files.writeString(db.resolve("CURRENT"), "once upon a time");
    assertThatThrownBy(this::open).hasMessageContaining("db can't be opened");
  }

  @Test
  void aStoreOfAnotherLayoutIsRefused() throws IOException {
    try (RocksDatabase database = RocksDatabase.open(directory.resolve("db"))) {
      database.write(
          List.of(
              new Database.Change(
                  Table.META,
                  "layout".getBytes(StandardCharsets.US_ASCII),
                  "kadlink-chain-9".getBytes(StandardCharsets.US_ASCII))));
    }
    assertThatThrownBy(this::open)
        .hasMessageContaining("db can't be used")
        .hasMessageContaining("kadlink-chain-9");
  }

  @Test
  void aStoreOfAnEarlierVersionIsRefusedWithWhatToDo() throws IOException {
    Files.writeString(directory.resolve("chain.mv"), "an MVStore");
    assertThatThrownBy(this::open)
        .hasMessageContaining("chain.mv is a chain store of an earlier version")
        .hasMessageContaining("kadlink chain export");
  }

  @Test
  void aDamagedFileIsRefusedOrReadAtAnEarlierCommitButNeverWrong() throws IOException {
    List<Block> blocks = new ArrayList<>();
    try (TestChain test = open()) {
      for (int i = 0; i < 30; i++) {
        test.pending(i % 5, TestChain.STRANGER, 1);
        blocks.add(test.mine());
      }
    }
    Map<Path, byte[]> whole = new TreeMap<>();
    try (Stream<Path> files = Files.list(directory.resolve("db"))) {
      for (Path file : files.toList()) {
        whole.put(file, Files.readAllBytes(file));
      }
    }
    List<Path> names =
        whole.keySet().stream()
            .filter(file -> file.toString().matches(".*(\\.log|\\.sst|MANIFEST.*)"))
            .toList();
    Random random = new Random(7);
    int refused = 0;
    int shorter = 0;
    for (int round = 0; round < 15; round++) {
      restore(whole);
      Path victim = names.get(round % names.size());
      Files.write(victim, damaged(whole.get(victim), random, random.nextBoolean()));
      try (TestChain test = open()) {
        long head = test.chain.head().number();
        shorter += head < 30 ? 1 : 0;
        for (long number = 1; number <= head; number++) {
          Block block = blocks.get((int) number - 1);
          assertThat(test.chain.header(number)).contains(block.header());
          assertThat(test.chain.body(block.header().hash())).contains(block.body());
        }
      } catch (UncheckedIOException e) {
        assertThat(e.getMessage()).contains("db");
        refused++;
      }
    }
    assertThat(refused).isPositive();
    assertThat(shorter).isPositive();
  }

  private void restore(Map<Path, byte[]> whole) throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("db"))) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    for (Map.Entry<Path, byte[]> file : whole.entrySet()) {
      Files.write(file.getKey(), file.getValue());
    }
  }

  /** Cuts the file short, or writes noise over a stretch of it. */
  private static byte[] damaged(byte[] whole, Random random, boolean cut) {
    if (cut) {
      return Arrays.copyOf(whole, random.nextInt(whole.length));
    }
    byte[] noisy = whole.clone();
    int from = random.nextInt(noisy.length);
    for (int i = from; i < Math.min(noisy.length, from + 100_000); i++) {
      noisy[i] = (byte) random.nextInt();
    }
    return noisy;
  }
}
