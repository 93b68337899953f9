package io.kadlink.protocols.eth.dev;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.protocols.eth.chain.Block;
import io.kadlink.protocols.eth.chain.ImportResult;
import io.kadlink.protocols.eth.chain.Transaction;
import java.util.ArrayList;
import java.util.List;
import org.apache.tuweni.units.bigints.UInt256;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two producers on one genesis: whose chain counts. */
class ReorganisationTest {
  private final TestChain ours = new TestChain();
  private final TestChain theirs = new TestChain();

  @AfterEach
  void close() {
    ours.close();
    theirs.close();
  }

  @Test
  void ofTwoBlocksAtOneHeightTheFirstSeenStays() {
    Block first = ours.mine();
    theirs.pending(0, TestChain.STRANGER, 1);
    Block second = theirs.mine();
    assertThat(ours.add(second)).isEqualTo(new ImportResult.Imported(false, true));
    assertThat(ours.chain.head()).isEqualTo(first.header());
    assertThat(ours.chain.header(1)).contains(first.header());
    assertThat(ours.chain.header(second.header().hash())).contains(second.header());
  }

  @Test
  void aLongerChainTakesOverAndItsStateCounts() {
    Transaction lost = ours.pending(0, TestChain.STRANGER, 5);
    ours.mine();
    ours.mine();
    theirs.pending(1, TestChain.STRANGER, 7);
    List<Block> branch = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      branch.add(theirs.mine());
    }
    List<Long> heads = new ArrayList<>();
    ours.chain.onNewHead(block -> heads.add(block.header().number()));
    assertThat(ours.add(branch.get(0))).isEqualTo(new ImportResult.Imported(false, true));
    assertThat(ours.add(branch.get(1))).isEqualTo(new ImportResult.Imported(false, true));
    assertThat(ours.add(branch.get(2))).isEqualTo(new ImportResult.Imported(true, true));

    assertThat(heads).containsExactly(3L);
    for (int number = 0; number <= 3; number++) {
      assertThat(ours.chain.header(number)).isEqualTo(theirs.chain.header(number));
    }
    assertThat(ours.account(TestChain.STRANGER).balance()).isEqualTo(UInt256.valueOf(7));
    assertThat(ours.chain.place(lost.hash())).isEmpty();
    Transaction won = branch.get(0).body().transactions().get(0);
    assertThat(ours.chain.place(won.hash()))
        .contains(new TransactionPlace(branch.get(0).header().hash(), 0));
  }

  @Test
  void transactionsOfTheLosingBranchGoBackToThePool() {
    Transaction lost = ours.pending(0, TestChain.STRANGER, 5);
    ours.mine();
    assertThat(ours.chain.pool().contains(lost.hash())).isFalse();
    ours.add(theirs.mine());
    ours.add(theirs.mine());
    assertThat(ours.chain.pool().get(lost.hash())).contains(lost);
    Block next = ours.mine();
    assertThat(next.body().transactions()).containsExactly(lost);
    assertThat(ours.account(TestChain.STRANGER).balance()).isEqualTo(UInt256.valueOf(5));
  }

  @Test
  void aTransactionThatBothBranchesHaveDoesNotComeBack() {
    Transaction both = ours.pending(0, TestChain.STRANGER, 5);
    theirs.chain.pool().add(both);
    ours.mine();
    theirs.mine();
    theirs.mine();
    ours.add(theirs.block(1));
    ours.add(theirs.block(2));
    assertThat(ours.chain.head()).isEqualTo(theirs.chain.head());
    assertThat(ours.chain.pool().size()).isZero();
    assertThat(ours.chain.place(both.hash()).orElseThrow().blockHash())
        .isEqualTo(theirs.chain.header(1).orElseThrow().hash());
  }

  @Test
  void aDeepReorganisationBackAndForthEndsOnTheLongerChain() {
    List<Block> a = new ArrayList<>();
    List<Block> b = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      a.add(ours.mine());
      theirs.pending(0, TestChain.STRANGER, 1);
      b.add(theirs.mine());
    }
    try (TestChain third = new TestChain()) {
      for (int i = 0; i < 40; i += 4) {
        a.subList(i, i + 4).forEach(third::add);
        b.subList(i, i + 4).forEach(third::add);
      }
      assertThat(third.chain.head()).isEqualTo(a.get(39).header());
      third.add(theirs.mine());
      assertThat(third.chain.head()).isEqualTo(theirs.chain.head());
      assertThat(third.account(TestChain.STRANGER).balance()).isEqualTo(UInt256.valueOf(40));
    }
  }
}
