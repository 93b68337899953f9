package io.kadlink.protocols.eth.dev;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.protocols.eth.chain.Block;
import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.ImportResult;
import io.kadlink.protocols.eth.chain.Receipt;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.dev.TestChain.HeaderField;
import io.kadlink.protocols.eth.rules.BaseFee;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.tuweni.bytes.Bytes32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Blocks that were not executed, and receipts that come from outside. */
class MissingReceiptsTest {
  private static final List<Receipt> RECEIPTS = List.of(new Receipt(2, true, 60_000, List.of()));

  @TempDir private Path folder;

  private TestChain open() {
    return new TestChain(DevChainOptions.of(DevGenesis.genesis()).withDirectory(folder));
  }

  /** The block after {@code parent}, whose transactions take an EVM. */
  private static Block after(Block parent, List<Transaction> transactions) {
    BlockHeader before = parent.header();
    Block next = TestChain.with(parent, transactions);
    next = TestChain.with(next, HeaderField.PARENT_HASH, before.hash());
    next = TestChain.with(next, HeaderField.NUMBER, before.number() + 1);
    next = TestChain.with(next, HeaderField.TIMESTAMP, before.timestamp() + 1);
    return TestChain.with(next, HeaderField.BASE_FEE, BaseFee.after(before, true).toMinimalBytes());
  }

  /** Of three blocks after an executed one the first and the third have a transaction. */
  private static List<Block> grow(TestChain test) {
    List<Block> blocks = new ArrayList<>();
    blocks.add(test.mine());
    blocks.add(after(blocks.getLast(), List.of(TestChain.creation(1, 0))));
    blocks.add(after(blocks.getLast(), List.of()));
    blocks.add(after(blocks.getLast(), List.of(TestChain.creation(1, 1))));
    for (Block block : blocks.subList(1, 4)) {
      assertThat(test.add(block)).isEqualTo(new ImportResult.Imported(true, false));
    }
    return blocks;
  }

  private static boolean keep(TestChain test, Bytes32 hash) {
    return test.chain.keepReceipts(hash, RECEIPTS).toCompletableFuture().join();
  }

  @Test
  void onlyBlocksThatWereNotExecutedAndHaveTransactionsMissThem() {
    try (TestChain test = open()) {
      List<Block> blocks = grow(test);
      assertThat(test.chain.withoutReceipts(9))
          .containsExactly(blocks.get(1).header(), blocks.get(3).header());
      assertThat(test.chain.withoutReceipts(1)).containsExactly(blocks.get(1).header());
      assertThat(test.chain.receipts(blocks.get(2).header().hash())).contains(List.of());
    }
  }

  @Test
  void whatIsKeptStaysWhateverTheOrder() {
    List<Block> blocks;
    try (TestChain test = open()) {
      blocks = grow(test);
      assertThat(keep(test, blocks.get(3).header().hash())).isTrue();
      assertThat(test.chain.withoutReceipts(9)).containsExactly(blocks.get(1).header());
    }
    try (TestChain test = open()) {
      assertThat(test.chain.withoutReceipts(9)).containsExactly(blocks.get(1).header());
      assertThat(test.chain.receipts(blocks.get(3).header().hash())).contains(RECEIPTS);
      assertThat(keep(test, blocks.get(1).header().hash())).isTrue();
      assertThat(test.chain.withoutReceipts(9)).isEmpty();
    }
    try (TestChain test = open()) {
      assertThat(test.chain.withoutReceipts(9)).isEmpty();
      Block next = after(blocks.get(3), List.of(TestChain.creation(1, 2)));
      test.add(next);
      assertThat(test.chain.withoutReceipts(9)).containsExactly(next.header());
    }
  }

  @Test
  void anUnknownBlockGetsNone() {
    try (TestChain test = open()) {
      assertThat(keep(test, Bytes32.repeat((byte) 1))).isFalse();
    }
  }

  @Test
  void afterAReorganisationTheNewBranchMissesItsOwn() {
    try (TestChain test = open()) {
      List<Block> blocks = grow(test);
      keep(test, blocks.get(1).header().hash());
      keep(test, blocks.get(3).header().hash());
      List<Block> branch = new ArrayList<>();
      branch.add(
          after(blocks.getFirst(), List.of(TestChain.creation(1, 0), TestChain.creation(1, 1))));
      for (int i = 0; i < 3; i++) {
        branch.add(after(branch.getLast(), List.of()));
      }
      branch.forEach(test::add);
      assertThat(test.chain.head()).isEqualTo(branch.getLast().header());
      assertThat(test.chain.withoutReceipts(9)).containsExactly(branch.getFirst().header());
    }
  }
}
