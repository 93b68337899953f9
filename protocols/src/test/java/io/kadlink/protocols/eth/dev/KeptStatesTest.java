package io.kadlink.protocols.eth.dev;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.protocols.eth.chain.Block;
import io.kadlink.protocols.eth.chain.ImportResult;
import io.kadlink.protocols.eth.store.StateLayers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.units.bigints.UInt256;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Of how many blocks the state is kept, and what becomes of branches from below. */
class KeptStatesTest {
  private static final int BLOCKS = StateLayers.KEPT + 70;

  @TempDir Path directory;

  private TestChain open() {
    return new TestChain(DevChainOptions.devChain().withDirectory(directory));
  }

  /** Each block gives the stranger a wei. */
  private static void mine(TestChain test, int blocks) {
    for (int i = 0; i < blocks; i++) {
      test.pending(i % 10, TestChain.STRANGER, 1);
      test.mine();
    }
  }

  private static boolean known(TestChain test, long number) {
    Bytes32 hash = test.chain.header(number).orElseThrow().hash();
    return test.chain
        .account(TestChain.STRANGER, hash)
        .map(
            account -> {
              assertThat(account.balance()).isEqualTo(UInt256.valueOf(number));
              return true;
            })
        .orElse(false);
  }

  @Test
  void theLatestStatesAreKeptAndAreThereAgainAfterAStart() {
    try (TestChain test = open()) {
      mine(test, BLOCKS);
    }
    for (int round = 0; round < 2; round++) {
      try (TestChain test = open()) {
        assertThat(test.account(TestChain.STRANGER).balance()).isEqualTo(UInt256.valueOf(BLOCKS));
        for (long number = 1; number <= BLOCKS; number++) {
          boolean expected = number >= BLOCKS - StateLayers.KEPT;
          assertThat(known(test, number)).as("block %d", number).isEqualTo(expected);
          assertThat(test.chain.receipts(test.block(number).header().hash()))
              .as("blocks and receipts stay")
              .isPresent();
        }
      }
    }
  }

  @Test
  void aBranchFromAKeptStateTakesOverAlsoAfterAStart() {
    List<Block> branch = new ArrayList<>();
    try (TestChain test = open();
        TestChain other = new TestChain()) {
      mine(test, 50);
      for (int i = 1; i <= 50; i++) {
        other.add(test.block(i));
      }
      mine(test, 20);
      for (int i = 0; i < 25; i++) {
        branch.add(other.mine());
      }
      branch.subList(0, 10).forEach(test::add);
    }
    try (TestChain test = open()) {
      branch.subList(10, 25).forEach(test::add);
      assertThat(test.chain.head()).isEqualTo(branch.getLast().header());
      assertThat(test.account(TestChain.STRANGER).balance()).isEqualTo(UInt256.valueOf(50));
    }
  }

  @Test
  void aBranchFromBelowIsRefusedAndSaysWhy() {
    try (TestChain test = open();
        TestChain other = new TestChain()) {
      mine(test, StateLayers.KEPT);
      assertThat(test.add(other.mine())).isEqualTo(new ImportResult.Imported(false, true));
      mine(test, 10);
      assertThat(test.chain.importBlock(other.mine()).toCompletableFuture())
          .as("nobody's fault")
          .failsWithin(Duration.ZERO)
          .withThrowableThat()
          .withMessageContaining("kept no more")
          .withMessageContaining("block 10");
      test.mine();
      assertThat(test.chain.head().number()).isEqualTo(StateLayers.KEPT + 11);
    }
  }
}
