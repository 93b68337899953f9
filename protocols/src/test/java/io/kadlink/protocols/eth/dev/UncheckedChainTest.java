package io.kadlink.protocols.eth.dev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kadlink.protocols.eth.chain.Block;
import io.kadlink.protocols.eth.chain.ImportResult;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.chain.TransactionPool.Verdict;
import io.kadlink.protocols.eth.dev.TestChain.HeaderField;
import java.util.List;
import org.apache.tuweni.bytes.Bytes32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A foreign chain whose blocks come to need an EVM. */
class UncheckedChainTest {
  private final TestChain test = new TestChain(DevChainOptions.of(DevGenesis.genesis()));

  @AfterEach
  void close() {
    test.close();
  }

  private Block withCreation() {
    return TestChain.with(test.build(), List.of(TestChain.creation(1, 0)));
  }

  @Test
  void transfersAreStillCheckedInFull() {
    test.pending(0, TestChain.STRANGER, 1);
    Block block = test.build();
    assertThat(test.add(TestChain.with(block, HeaderField.STATE_ROOT, Bytes32.ZERO)))
        .isInstanceOf(ImportResult.Invalid.class);
    assertThat(test.add(block)).isEqualTo(new ImportResult.Imported(true, true));
  }

  @Test
  void aBlockWithAContractIsStoredUncheckedAndSoAreAllAfterIt() {
    Block block = withCreation();
    assertThat(test.add(block)).isEqualTo(new ImportResult.Imported(true, false));
    assertThat(test.chain.headStateChecked()).isFalse();
    assertThat(test.chain.body(block.header().hash())).contains(block.body());
    assertThat(test.chain.receipts(block.header().hash())).isEmpty();
    assertThat(test.chain.account(DevAccounts.address(0))).isEmpty();
    assertThat(test.chain.account(DevAccounts.address(0), test.chain.genesisHash())).isPresent();
  }

  @Test
  void headersAndBodiesAreCheckedAllTheSame() {
    Block block = withCreation();
    assertThat(test.add(TestChain.with(block, HeaderField.BASE_FEE, 1)))
        .isInstanceOf(ImportResult.Invalid.class);
    assertThat(test.add(TestChain.with(block, HeaderField.TRANSACTIONS_ROOT, Bytes32.ZERO)))
        .isInstanceOf(ImportResult.Invalid.class);
  }

  @Test
  void withoutStateThePoolTakesNothingAndNoBlockIsBuilt() {
    Transaction transfer = test.pending(0, TestChain.STRANGER, 1);
    test.add(withCreation());
    assertThat(test.chain.pool().add(TestChain.creation(1, 0))).isInstanceOf(Verdict.Refused.class);
    assertThat(test.chain.pool().contains(transfer.hash())).isTrue();
    assertThatThrownBy(test::build)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("is not known here");
  }
}
