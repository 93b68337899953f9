package io.kadlink.protocols.eth.dev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.kadlink.protocols.eth.chain.Block;
import io.kadlink.protocols.eth.chain.BlockCodec;
import io.kadlink.protocols.eth.dev.TestChain.HeaderField;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of RLP blocks, whole and damaged. */
class ChainFileTest {
  private static final ChainFile.Progress NOBODY = (last, blocks, bytes) -> {};

  @TempDir Path directory;

  private final TestChain source = new TestChain();
  private final TestChain target = new TestChain();
  private final List<Block> blocks = new ArrayList<>();
  private Path file;

  @BeforeEach
  void makeAChain() throws IOException {
    for (int i = 0; i < 20; i++) {
      source.pending(i % 3, TestChain.STRANGER, 1);
      blocks.add(source.mine());
    }
    file = directory.resolve("chain.rlp");
  }

  @AfterEach
  void close() {
    source.close();
    target.close();
  }

  private void write(byte[]... parts) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.write(part);
    }
    Files.write(file, out.toByteArray());
  }

  private byte[] bytes(int from, int to) {
    return Bytes.concatenate(
            blocks.subList(from, to).stream().map(BlockCodec::encode).toArray(Bytes[]::new))
        .toArray();
  }

  private void importFails(String message, long head) {
    assertThatThrownBy(() -> ChainFile.importInto(target.chain, file, NOBODY))
        .isInstanceOf(ChainFile.ImportException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContaining(message);
    assertThat(target.chain.head().number()).isEqualTo(head);
  }

  @Test
  void whatIsExportedIsImportedWithProgress() throws IOException {
    ChainFile.export(source.chain, file, 0, 20);
    List<Long> seen = new ArrayList<>();
    long count =
        ChainFile.importInto(
            target.chain,
            file,
            (last, done, bytesRead) -> {
              assertThat(done).isEqualTo(last.number() + 1);
              seen.add(bytesRead);
            });
    assertThat(count).isEqualTo(21);
    assertThat(target.chain.head()).isEqualTo(source.chain.head());
    assertThat(seen).hasSize(20).isSorted().last().isEqualTo(Files.size(file));
    assertThat(ChainFile.importInto(target.chain, file, NOBODY)).isEqualTo(21);
  }

  @Test
  void aCompressedFileIsReadByItsName() throws IOException {
    Path compressed = directory.resolve("chain.rlp.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(compressed))) {
      out.write(bytes(0, 20));
    }
    assertThat(ChainFile.importInto(target.chain, compressed, NOBODY)).isEqualTo(20);
    assertThat(target.chain.head()).isEqualTo(source.chain.head());
  }

  @Test
  void anEmptyFileHasNoBlocksAndAMissingOneIsNamed() throws IOException {
    write();
    assertThat(ChainFile.importInto(target.chain, file, NOBODY)).isZero();
    Path missing = directory.resolve("nowhere.rlp");
    assertThatThrownBy(() -> ChainFile.importInto(target.chain, missing, NOBODY))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("nowhere.rlp");
  }

  @Test
  void aFileCutShortKeepsAllWholeBlocks() throws IOException {
    byte[] twelve = bytes(0, 12);
    byte[] part = bytes(12, 13);
    write(twelve, Bytes.wrap(part).slice(0, part.length - 1).toArray());
    importFails("block 12 at byte " + twelve.length + ": the file ends in the middle of it", 12);
  }

  @Test
  void aCutInTheLengthIsToldToo() throws IOException {
    write(bytes(0, 1), new byte[] {(byte) 0xf9, 1});
    importFails("block 1 at byte", 1);
  }

  @Test
  void garbageIsToldWithItsPlace() throws IOException {
    byte[] good = bytes(0, 3);
    write(good, new byte[] {0x05}, bytes(3, 20));
    importFails("block 3 at byte " + good.length + ": expected a list, found byte 0x5", 3);
  }

  @Test
  void aHugeBlockIsRefusedBeforeItIsRead() throws IOException {
    write(bytes(0, 3), Bytes.fromHexString("0xfb7fffffff").toArray());
    importFails("the block has 2147483647 bytes, at most 10485760", 3);
    write(bytes(3, 4), Bytes.fromHexString("0xff7fffffffffffffff").toArray());
    importFails("its length has 8 bytes", 4);
  }

  @Test
  void anInvalidBlockIsToldWithItsRuleAndNothingBeforeItIsLost() throws IOException {
    Block bad = TestChain.with(blocks.get(7), HeaderField.STATE_ROOT, Bytes32.ZERO);
    write(bytes(0, 7), BlockCodec.encode(bad).toArray(), bytes(8, 20));
    importFails("block 7 at byte " + bytes(0, 7).length + " (number 8 0x", 7);
    importFails("stateRoot: " + Bytes32.ZERO + ", expected ", 7);
  }

  @Test
  void aGapInTheBlocksIsTold() throws IOException {
    write(bytes(0, 5), bytes(6, 20));
    importFails("its parent " + blocks.get(5).header().hash() + " is unknown", 5);
  }

  @Test
  void blocksInAnotherOrderAreTold() throws IOException {
    write(bytes(0, 5), bytes(6, 7), bytes(5, 6), bytes(7, 20));
    importFails("block 5 at byte " + bytes(0, 5).length + " (number 7", 5);
  }

  @Test
  void aFlippedByteAnywhereIsFoundAtItsBlockAndNothingBeforeItIsLost() throws IOException {
    byte[] whole = bytes(0, 20);
    List<Integer> ends =
        IntStream.rangeClosed(1, 20).mapToObj(count -> bytes(0, count).length).toList();
    Random random = new Random(11);
    for (int round = 0; round < 20; round++) {
      int at = random.nextInt(ends.get(18));
      byte[] damaged = whole.clone();
      damaged[at] ^= (byte) (1 << random.nextInt(8));
      write(damaged);
      int hit = 0;
      while (ends.get(hit) <= at) {
        hit++;
      }
      try (TestChain fresh = new TestChain()) {
        Throwable thrown = catchThrowable(() -> ChainFile.importInto(fresh.chain, file, NOBODY));
        // some bits, as of prevRandao, only make another valid block, which the next doesn't follow
        assertThat(thrown)
            .isInstanceOf(ChainFile.ImportException.class)
            .message()
            .containsPattern("block (%d|%d) at byte ".formatted(hit, hit + 1));
        assertThat(fresh.chain.head().number()).isGreaterThanOrEqualTo(hit);
        for (int number = 1; number <= hit; number++) {
          assertThat(fresh.chain.header(number)).contains(blocks.get(number - 1).header());
        }
      }
    }
  }

  @Test
  void anotherGenesisIsRefused() throws IOException {
    Block other = TestChain.with(DevGenesis.genesis().block(), HeaderField.EXTRA_DATA, Bytes.of(1));
    write(BlockCodec.encode(other).toArray(), bytes(0, 20));
    importFails("is the genesis " + other.header().hash(), 0);
  }

  @Test
  void exportingMoreThanThereIsFails() {
    assertThatThrownBy(() -> ChainFile.export(source.chain, file, 15, 21))
        .isInstanceOf(IOException.class)
        .hasMessage("the chain has no block 21");
  }
}
