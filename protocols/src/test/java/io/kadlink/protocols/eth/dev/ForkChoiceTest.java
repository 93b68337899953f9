package io.kadlink.protocols.eth.dev;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.protocols.eth.chain.Block;
import io.kadlink.protocols.eth.chain.ImportResult;
import io.kadlink.protocols.eth.dev.ForkChoice.Outcome;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.units.bigints.UInt256;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A chain of two blocks beside a branch of three, and a consensus layer that says which counts. */
class ForkChoiceTest {
  private final TestChain ours = new TestChain();
  private final TestChain theirs = new TestChain();
  private Block short1;
  private Block short2;
  private Block long1;
  private Block long2;
  private Block long3;

  @BeforeEach
  void twoBranches() {
    short1 = ours.mine();
    short2 = ours.mine();
    theirs.pending(1, TestChain.STRANGER, 7);
    long1 = theirs.mine();
    long2 = theirs.mine();
    long3 = theirs.mine();
  }

  @AfterEach
  void close() {
    ours.close();
    theirs.close();
  }

  private Outcome choose(Block head, Bytes32 safe, Bytes32 finalized) {
    return ours.chain
        .choose(new ForkChoice(head.header().hash(), safe, finalized))
        .toCompletableFuture()
        .join();
  }

  private Outcome choose(Block head) {
    return choose(head, Bytes32.ZERO, Bytes32.ZERO);
  }

  @Test
  void theChosenBlockIsTheHeadWhateverIsHigher() {
    ours.add(long1);
    ours.add(long2);
    ours.add(long3);
    assertThat(ours.chain.head()).isEqualTo(long3.header());
    assertThat(choose(short2)).isEqualTo(new Outcome.Followed(short2.header(), true));
    assertThat(ours.chain.head()).isEqualTo(short2.header());
    assertThat(ours.chain.header(3)).isEmpty();
    assertThat(ours.account(TestChain.STRANGER).balance()).isEqualTo(UInt256.ZERO);
    assertThat(choose(long3)).isEqualTo(new Outcome.Followed(long3.header(), true));
    assertThat(ours.account(TestChain.STRANGER).balance()).isEqualTo(UInt256.valueOf(7));
  }

  @Test
  void onceChosenALongerBranchDoesNotTakeOverButTheNextBlockFollows() {
    choose(short2);
    ours.add(long1);
    ours.add(long2);
    assertThat(ours.add(long3)).isEqualTo(new ImportResult.Imported(false, true));
    assertThat(ours.chain.head()).isEqualTo(short2.header());
    Block short3 = ours.mine();
    assertThat(ours.chain.head()).isEqualTo(short3.header());
  }

  @Test
  void aCanonicalBlockBelowTheHeadChangesNothing() {
    assertThat(choose(short1)).isEqualTo(new Outcome.Followed(short1.header(), true));
    assertThat(ours.chain.head()).isEqualTo(short2.header());
  }

  @Test
  void aBlockThatIsNotThereIsUnknown() {
    assertThat(choose(long3)).isEqualTo(new Outcome.UnknownHead());
    ours.add(long1);
    ours.add(long2);
    ours.add(long3);
    assertThat(ours.chain.head()).isEqualTo(long3.header());
  }

  @Test
  void safeAndFinalizedMustBeAncestorsOfTheHead() {
    ours.add(long1);
    ours.add(long2);
    Bytes32 onBranch = long1.header().hash();
    Bytes32 onChain = short1.header().hash();
    assertThat(choose(long2, onChain, Bytes32.ZERO)).isInstanceOf(Outcome.Inconsistent.class);
    assertThat(choose(long2, Bytes32.ZERO, onChain)).isInstanceOf(Outcome.Inconsistent.class);
    assertThat(choose(short1, short2.header().hash(), onChain))
        .isInstanceOf(Outcome.Inconsistent.class);
    assertThat(choose(long2, onBranch, Bytes32.fromHexStringLenient("0x01")))
        .isInstanceOf(Outcome.Inconsistent.class);
    assertThat(ours.chain.head()).isEqualTo(short2.header());
    assertThat(ours.chain.safe()).contains(short2.header());

    Bytes32 genesis = ours.chain.genesisHash();
    assertThat(choose(long2, onBranch, genesis)).isInstanceOf(Outcome.Followed.class);
    assertThat(ours.chain.head()).isEqualTo(long2.header());
    assertThat(ours.chain.safe()).contains(long1.header());
    assertThat(ours.chain.finalized().orElseThrow().number()).isZero();
  }

  @Test
  void withoutAChoiceTheHeadIsSafeAndWithoutASafeBlockNoneIs() {
    assertThat(ours.chain.safe()).contains(short2.header());
    assertThat(ours.chain.finalized()).contains(short2.header());
    choose(short2);
    assertThat(ours.chain.safe()).isEmpty();
    assertThat(ours.chain.finalized()).isEmpty();
  }
}
