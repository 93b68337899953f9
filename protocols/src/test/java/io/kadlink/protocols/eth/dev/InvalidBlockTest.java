package io.kadlink.protocols.eth.dev;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.protocols.eth.chain.Block;
import io.kadlink.protocols.eth.chain.BlockBody;
import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.BlockRoots;
import io.kadlink.protocols.eth.chain.HeaderCodec;
import io.kadlink.protocols.eth.chain.ImportResult;
import io.kadlink.protocols.eth.chain.Withdrawal;
import io.kadlink.protocols.eth.dev.TestChain.HeaderField;
import io.kadlink.protocols.eth.rlp.RlpReader;
import java.util.List;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.rlp.RLP;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Headers and bodies that break one rule each, and the last value that still keeps to it. */
class InvalidBlockTest {
  private final TestChain test = new TestChain();
  private Block good;

  @BeforeEach
  void buildABlockWithATransferAndAWithdrawal() {
    test.mine();
    test.pending(0, TestChain.STRANGER, 1);
    good = test.build(new Withdrawal(0, 1, TestChain.STRANGER, 5));
  }

  @AfterEach
  void close() {
    test.close();
  }

  private void refused(Block block, String rule) {
    ImportResult result = test.add(block);
    assertThat(result).isInstanceOf(ImportResult.Invalid.class);
    assertThat(((ImportResult.Invalid) result).reason())
        .startsWith(rule + ": ")
        .contains(", expected ");
    assertThat(test.chain.head().number()).isEqualTo(1);
    assertThat(test.chain.header(block.header().hash())).isEmpty();
  }

  private void taken(Block block) {
    assertThat(test.add(block)).isEqualTo(new ImportResult.Imported(true, true));
  }

  @Test
  void theUnchangedBlockIsTaken() {
    taken(good);
    assertThat(test.add(good)).isEqualTo(new ImportResult.Known());
  }

  @Test
  void aWrongStateRootIsRefused() {
    refused(TestChain.with(good, HeaderField.STATE_ROOT, Bytes32.ZERO), "stateRoot");
  }

  @Test
  void aWrongReceiptsRootIsRefused() {
    refused(TestChain.with(good, HeaderField.RECEIPTS_ROOT, Bytes32.ZERO), "receiptsRoot");
  }

  @Test
  void aWrongTransactionsRootIsRefused() {
    refused(TestChain.with(good, HeaderField.TRANSACTIONS_ROOT, Bytes32.ZERO), "transactionsRoot");
  }

  @Test
  void aWrongWithdrawalsRootIsRefused() {
    refused(TestChain.with(good, HeaderField.WITHDRAWALS_ROOT, Bytes32.ZERO), "withdrawalsRoot");
  }

  @Test
  void aWrongLogsBloomIsRefused() {
    Bytes bloom = Bytes.concatenate(Bytes.of(1), Bytes.wrap(new byte[255]));
    refused(TestChain.with(good, HeaderField.LOGS_BLOOM, bloom), "logsBloom");
  }

  @Test
  void wrongGasUsedIsRefused() {
    refused(TestChain.with(good, HeaderField.GAS_USED, 21_001), "gasUsed");
    refused(TestChain.with(good, HeaderField.GAS_USED, 20_999), "gasUsed");
  }

  @Test
  void moreGasUsedThanTheLimitIsRefused() {
    refused(TestChain.with(good, HeaderField.GAS_USED, good.header().gasLimit() + 1), "gasUsed");
  }

  @Test
  void aBaseFeeOffByOneIsRefused() {
    long fee = good.header().baseFee().orElseThrow().toLong();
    refused(TestChain.with(good, HeaderField.BASE_FEE, fee + 1), "baseFee");
    refused(TestChain.with(good, HeaderField.BASE_FEE, fee - 1), "baseFee");
  }

  @Test
  void theTimestampMustBeAfterTheParents() {
    long parent = test.chain.head().timestamp();
    refused(TestChain.with(good, HeaderField.TIMESTAMP, parent), "timestamp");
    refused(TestChain.with(good, HeaderField.TIMESTAMP, parent - 1), "timestamp");
    taken(TestChain.with(good, HeaderField.TIMESTAMP, parent + 1));
  }

  @Test
  void theTimestampMayBeFifteenSecondsAheadOfTheClock() {
    long now = TestChain.NOW.getEpochSecond();
    refused(TestChain.with(good, HeaderField.TIMESTAMP, now + 16), "timestamp");
    refused(TestChain.with(good, HeaderField.TIMESTAMP, -1), "timestamp");
    taken(TestChain.with(good, HeaderField.TIMESTAMP, now + 15));
  }

  @Test
  void theNumberMustBeTheParentsPlusOne() {
    refused(TestChain.with(good, HeaderField.NUMBER, 3), "number");
    refused(TestChain.with(good, HeaderField.NUMBER, 1), "number");
  }

  @Test
  void theGasLimitChangesByLessThanAThousandAndTwentyFourth() {
    long parent = test.chain.head().gasLimit();
    long bound = parent / 1024;
    refused(TestChain.with(good, HeaderField.GAS_LIMIT, parent + bound), "gasLimit");
    refused(TestChain.with(good, HeaderField.GAS_LIMIT, parent - bound), "gasLimit");
    refused(TestChain.with(good, HeaderField.GAS_LIMIT, Long.MIN_VALUE), "gasLimit");
    taken(TestChain.with(good, HeaderField.GAS_LIMIT, parent + bound - 1));
  }

  @Test
  void theGasLimitMayShrinkByOneLessThanTheBound() {
    long parent = test.chain.head().gasLimit();
    taken(TestChain.with(good, HeaderField.GAS_LIMIT, parent - parent / 1024 + 1));
  }

  @Test
  void extraDataHasAtMostThirtyTwoBytes() {
    refused(TestChain.with(good, HeaderField.EXTRA_DATA, Bytes.wrap(new byte[33])), "extraData");
    taken(TestChain.with(good, HeaderField.EXTRA_DATA, Bytes.wrap(new byte[32])));
  }

  @Test
  void difficultyAndNonceAreZeroAfterTheMerge() {
    refused(TestChain.with(good, HeaderField.DIFFICULTY, 1), "difficulty");
    refused(
        TestChain.with(good, HeaderField.NONCE, Bytes.fromHexString("0x0000000000000001")),
        "nonce");
  }

  @Test
  void ommersAreNotAllowedAfterTheMerge() {
    List<BlockHeader> ommers = List.of(test.chain.head());
    Block block = TestChain.with(good, HeaderField.OMMERS_HASH, BlockRoots.ommersHash(ommers));
    refused(
        new Block(
            block.header(),
            new BlockBody(block.body().transactions(), ommers, block.body().withdrawals())),
        "ommersHash");
  }

  @Test
  void aBodyWithOmmersThatTheHeaderDoesNotNameIsRefused() {
    refused(
        new Block(
            good.header(),
            new BlockBody(
                good.body().transactions(), List.of(test.chain.head()), good.body().withdrawals())),
        "ommersHash");
  }

  @Test
  void aBodyWithoutItsWithdrawalsIsRefused() {
    refused(
        new Block(
            good.header(), new BlockBody(good.body().transactions(), List.of(), Optional.empty())),
        "withdrawals");
  }

  @Test
  void aShanghaiHeaderWithoutWithdrawalsRootIsRefused() {
    refused(TestChain.truncated(good, 16), "withdrawalsRoot");
    refused(TestChain.truncated(good, 15), "baseFee");
  }

  @Test
  void aShanghaiHeaderWithACancunFieldIsRefused() {
    Bytes longer =
        RLP.encodeList(
            writer -> {
              RlpReader fields = RlpReader.ofList(good.header().encoded(), "header");
              while (fields.hasNext()) {
                writer.writeRLP(fields.rawItem("field"));
              }
              writer.writeInt(0);
            });
    refused(new Block(HeaderCodec.decode(longer), good.body()), "blobGasUsed");
  }

  @Test
  void aBlockOfAnUnknownParentIsNotJudged() {
    Block orphan = TestChain.with(good, HeaderField.PARENT_HASH, Bytes32.ZERO);
    assertThat(test.add(orphan)).isEqualTo(new ImportResult.UnknownParent());
  }
}
