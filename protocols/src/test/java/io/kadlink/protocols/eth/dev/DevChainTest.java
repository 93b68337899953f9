package io.kadlink.protocols.eth.dev;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.protocols.eth.chain.Block;
import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.Chain;
import io.kadlink.protocols.eth.chain.ImportResult;
import io.kadlink.protocols.eth.chain.Receipt;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.chain.Withdrawal;
import io.kadlink.protocols.eth.dev.TestChain.HeaderField;
import io.kadlink.protocols.eth.state.Account;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.units.bigints.UInt256;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a chain of transfers does with money, and what can be read from it. */
class DevChainTest {
  private final TestChain test = new TestChain();

  @AfterEach
  void close() {
    test.close();
  }

  @Test
  void aTransferMovesValueBurnsTheBaseFeeAndTipsTheProducer() {
    Transaction transaction = test.pending(0, TestChain.STRANGER, 1_000);
    Block block = test.mine();
    assertThat(block.body().transactions()).containsExactly(transaction);
    UInt256 gas = UInt256.valueOf(21_000);
    UInt256 baseFee = block.header().baseFee().orElseThrow();
    UInt256 tip = Wallet.DEFAULT_TIP.multiply(gas);
    assertThat(test.account(TestChain.STRANGER).balance()).isEqualTo(UInt256.valueOf(1_000));
    assertThat(test.account(TestChain.COINBASE).balance()).isEqualTo(tip);
    Account sender = test.account(DevAccounts.address(0));
    assertThat(sender.nonce()).isEqualTo(1);
    assertThat(sender.balance())
        .isEqualTo(
            DevGenesis.BALANCE
                .subtract(UInt256.valueOf(1_000))
                .subtract(tip)
                .subtract(baseFee.multiply(gas)));
    assertThat(test.chain.receipts(block.header().hash()))
        .contains(List.of(new Receipt(2, true, 21_000, List.of())));
    assertThat(test.chain.place(transaction.hash()))
        .contains(new TransactionPlace(block.header().hash(), 0));
  }

  @Test
  void aTransferToOneselfCostsTheFeeOnly() {
    test.pending(0, DevAccounts.address(0), 1_000);
    Block block = test.mine();
    UInt256 price = block.header().baseFee().orElseThrow().add(Wallet.DEFAULT_TIP);
    assertThat(test.account(DevAccounts.address(0)).balance())
        .isEqualTo(DevGenesis.BALANCE.subtract(price.multiply(UInt256.valueOf(21_000))));
  }

  @Test
  void aTransferOfNothingToNobodyMakesNoAccount() {
    test.pending(0, TestChain.STRANGER, 0);
    test.mine();
    Bytes32 with = test.chain.head().stateRoot();
    assertThat(test.account(TestChain.STRANGER)).isEqualTo(Account.NONE);
    test.mine(new Withdrawal(0, 0, TestChain.STRANGER, 0));
    assertThat(test.chain.head().stateRoot()).isEqualTo(with);
  }

  @Test
  void withdrawalsAreCreditedInGwei() {
    test.mine(
        new Withdrawal(0, 7, TestChain.STRANGER, 3), new Withdrawal(1, 7, TestChain.STRANGER, -1));
    UInt256 gwei = UInt256.valueOf(3).add(UInt256.fromBytes(Bytes.ofUnsignedLong(-1)));
    assertThat(test.account(TestChain.STRANGER).balance()).isEqualTo(gwei.multiply(TestChain.GWEI));
  }

  @Test
  void theBaseFeeFallsByAnEighthAfterEmptyBlocksAndRisesAfterFullOnes() {
    assertThat(test.mine().header().baseFee()).contains(UInt256.valueOf(875_000_000));
    assertThat(test.mine().header().baseFee()).contains(UInt256.valueOf(765_625_000));
    for (int account = 0; account < 8; account++) {
      for (int i = 0; i < 180; i++) {
        test.pending(account, TestChain.STRANGER, 1);
      }
    }
    Block full = test.mine();
    assertThat(full.header().gasUsed()).isGreaterThan(29_900_000);
    UInt256 fee = full.header().baseFee().orElseThrow();
    assertThat(test.mine().header().baseFee().orElseThrow()).isGreaterThan(fee);
  }

  @Test
  void historicStatesStayReadable() {
    List<Bytes32> hashes = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      test.pending(0, TestChain.STRANGER, 1);
      hashes.add(test.mine().header().hash());
    }
    for (int i = 0; i < 20; i++) {
      assertThat(test.chain.account(TestChain.STRANGER, hashes.get(i)).orElseThrow().balance())
          .isEqualTo(UInt256.valueOf(i + 1));
    }
  }

  @Test
  void canonicalHeadersAreFoundByNumberUpToTheHead() {
    BlockHeader first = test.mine().header();
    assertThat(test.chain.header(0).orElseThrow().hash()).isEqualTo(test.chain.genesisHash());
    assertThat(test.chain.header(1)).contains(first);
    assertThat(test.chain.header(first.hash())).contains(first);
    assertThat(test.chain.header(2)).isEmpty();
    assertThat(test.chain.header(-1)).isEmpty();
    assertThat(test.chain.body(Bytes32.ZERO)).isEmpty();
    assertThat(test.chain.header(Bytes32.ZERO)).isEmpty();
  }

  @Test
  void newHeadsAreToldInOrderUntilTheSubscriptionEnds() {
    List<Long> numbers = new ArrayList<>();
    Chain.Subscription subscription =
        test.chain.onNewHead(block -> numbers.add(block.header().number()));
    test.mine();
    test.mine();
    subscription.close();
    test.mine();
    assertThat(numbers).containsExactly(1L, 2L);
  }

  @Test
  void aListenerThatFailsHarmsNobody() {
    List<Long> numbers = new ArrayList<>();
    test.chain.onNewHead(
        block -> {
          throw new IllegalStateException("a listener's own fault");
        });
    test.chain.onNewHead(block -> numbers.add(block.header().number()));
    test.mine();
    assertThat(numbers).containsExactly(1L);
  }

  @Test
  void aClosedChainTakesNoBlocks() {
    Block block = test.build();
    test.close();
    assertThat(test.chain.importBlock(block).toCompletableFuture())
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withMessageContaining("closed");
  }

  @Test
  void theProducerIncludesTheBestTipsFirstAndKeepsNonceOrder() {
    Wallet poor = TestChain.wallet(1);
    Wallet rich = TestChain.wallet(2);
    UInt256 fee = TestChain.GWEI.multiply(UInt256.valueOf(10));
    Transaction low = poor.transfer(0, TestChain.STRANGER, UInt256.ONE, fee, UInt256.valueOf(1));
    Transaction lowNext =
        poor.transfer(1, TestChain.STRANGER, UInt256.ONE, fee, UInt256.valueOf(500));
    Transaction high = rich.transfer(0, TestChain.STRANGER, UInt256.ONE, fee, UInt256.valueOf(100));
    for (Transaction transaction : List.of(lowNext, low, high)) {
      test.chain.pool().add(transaction);
    }
    assertThat(test.mine().body().transactions()).containsExactly(high, low, lowNext);
    assertThat(test.chain.pool().size()).isZero();
  }

  @Test
  void theSamePoolAndTimestampGiveTheSameBlock() {
    test.pending(0, TestChain.STRANGER, 1);
    test.pending(3, TestChain.STRANGER, 1);
    assertThat(test.build()).isEqualTo(test.build());
  }

  @Test
  void totalDifficultyStaysAfterTheMerge() {
    test.mine();
    assertThat(test.chain.totalDifficulty()).isEqualTo(UInt256.ZERO);
    assertThat(test.chain.forks().at(test.chain.head()).next()).isZero();
    assertThat(test.add(test.build())).isInstanceOf(ImportResult.Imported.class);
  }

  @Test
  void whatBecomesOfBlocksAndTransactionsIsCounted() {
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    try (TestChain counted = new TestChain(DevChainOptions.devChain().withMeters(meters))) {
      counted.pending(0, TestChain.STRANGER, 1);
      Block block = counted.mine();
      counted.add(block);
      counted.add(TestChain.with(block, HeaderField.PARENT_HASH, Bytes32.ZERO));
      counted.add(TestChain.with(block, HeaderField.STATE_ROOT, Bytes32.ZERO));
      counted.chain.pool().add(block.body().transactions().get(0));
    }
    for (String result : List.of("checked", "known", "unknown_parent", "invalid")) {
      assertThat(meters.counter("kadlink.chain.blocks", "result", result).count())
          .as(result)
          .isEqualTo(1);
    }
    assertThat(meters.counter("kadlink.chain.transactions", "result", "accepted").count())
        .isEqualTo(1);
    assertThat(meters.counter("kadlink.chain.transactions", "result", "refused").count())
        .isEqualTo(1);
  }
}
