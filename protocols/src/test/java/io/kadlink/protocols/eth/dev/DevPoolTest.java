package io.kadlink.protocols.eth.dev;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.identity.NodeKey;
import io.kadlink.protocols.eth.chain.Chain;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.chain.TransactionPayload;
import io.kadlink.protocols.eth.chain.TransactionPool.Verdict;
import io.kadlink.protocols.eth.pool.Mempool;
import io.kadlink.protocols.eth.pool.PoolLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.units.bigints.UInt256;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the pool takes, what it lets go, and how much it holds. */
class DevPoolTest {
  private static final UInt256 FEE = UInt256.valueOf(10_000_000_000L);
  private static final Bytes TO = TestChain.STRANGER;

  private final TestChain test =
      new TestChain(
          DevChainOptions.devChain()
              .withPoolLimits(new PoolLimits(6, 2_000, 3, 3, 6, 3, 0, UInt256.ONE)));
  private final Mempool pool = test.chain.pool();

  @AfterEach
  void close() {
    test.close();
  }

  private static Transaction transfer(int account, long nonce, long fee, long tip) {
    return TestChain.wallet(account)
        .transfer(nonce, TO, UInt256.ONE, UInt256.valueOf(fee), UInt256.valueOf(tip));
  }

  private static Transaction transfer(int account, long nonce) {
    return transfer(account, nonce, FEE.toLong(), 100);
  }

  private void accepted(Transaction transaction) {
    assertThat(pool.add(transaction)).isEqualTo(new Verdict.Accepted());
  }

  private void refused(Transaction transaction, String reason, boolean peerAtFault) {
    Verdict verdict = pool.add(transaction);
    assertThat(verdict).isInstanceOf(Verdict.Refused.class);
    assertThat(((Verdict.Refused) verdict).reason()).contains(reason);
    assertThat(((Verdict.Refused) verdict).peerAtFault()).isEqualTo(peerAtFault);
    assertThat(pool.contains(transaction.hash())).isFalse();
  }

  @Test
  void aTransactionIsTakenOnceAndTold() {
    List<Transaction> told = new ArrayList<>();
    Chain.Subscription subscription = pool.onAdded(told::add);
    Transaction transaction = transfer(0, 0);
    accepted(transaction);
    assertThat(pool.add(transaction)).isEqualTo(new Verdict.Known());
    subscription.close();
    accepted(transfer(0, 1));
    assertThat(told).containsExactly(transaction);
    assertThat(pool.get(transaction.hash())).contains(transaction);
    assertThat(pool.hashes(1)).containsExactly(transaction.hash());
    assertThat(pool.size()).isEqualTo(2);
  }

  @Test
  void whatNoHonestPeerSendsIsThePeersFault() {
    refused(
        new Wallet(DevAccounts.key(0), 1).transfer(0, TO, UInt256.ONE, FEE, UInt256.ONE),
        "chain id 1, expected 1337",
        true);
    refused(
        TestChain.signed(TestChain.transfer(0, TO, UInt256.ONE, 20_999, FEE, UInt256.ONE), 0),
        "gas limit 20999",
        true);
    refused(transfer(0, 0, 5, 6), "maxPriorityFeePerGas 6 above maxFeePerGas 5", true);
  }

  @Test
  void whatDependsOnTheStateIsNobodysFault() {
    test.pending(0, TO, 1);
    test.mine();
    refused(transfer(0, 0), "nonce too low: 0 is used, the account's next is 1", false);
    Transaction fromNobody =
        new Wallet(NodeKey.of(Bytes32.fromHexString("0x01")), DevGenesis.CHAIN_ID)
            .transfer(0, TO, UInt256.ONE, FEE, UInt256.ONE);
    refused(fromNobody, "the balance is 0", false);
    refused(
        TestChain.signed(
            TestChain.transfer(1, TO, UInt256.ONE, 30_000_001, UInt256.valueOf(7), UInt256.ONE), 0),
        "above the block's",
        false);
  }

  @Test
  void theCostOfAllThatWaitsMustBeCovered() {
    UInt256 half = DevGenesis.BALANCE.divide(2);
    Wallet wallet = TestChain.wallet(0);
    accepted(wallet.transfer(0, TO, half, FEE, UInt256.ONE));
    Transaction tooMuch = wallet.transfer(1, TO, half, FEE, UInt256.ONE);
    refused(tooMuch, "insufficient funds: with what waits already it could cost", false);
    UInt256 fees = FEE.multiply(UInt256.valueOf(42_000));
    accepted(wallet.transfer(1, TO, half.subtract(fees), FEE, UInt256.ONE));
  }

  @Test
  void contractsArePolitelyRefused() {
    TransactionPayload creation =
        new TransactionPayload.DynamicFee(
            UInt256.valueOf(DevGenesis.CHAIN_ID),
            0,
            UInt256.ONE,
            FEE,
            100_000,
            Optional.empty(),
            UInt256.ZERO,
            Bytes.of(0),
            List.of());
    refused(TestChain.signed(creation, 0), "carries transfers only", false);
  }

  @Test
  void aGapInTheNoncesWaitsUntilItIsFilled() {
    Transaction late = transfer(0, 1);
    List<Transaction> told = new ArrayList<>();
    pool.onAdded(told::add);
    accepted(late);
    assertThat(told).isEmpty();
    assertThat(pool.hashes(9)).isEmpty();
    assertThat(test.chain.nextNonce(DevAccounts.address(0))).isZero();
    assertThat(test.mine().body().transactions()).isEmpty();
    Transaction early = transfer(0, 0);
    accepted(early);
    assertThat(told).containsExactly(early, late);
    assertThat(test.chain.nextNonce(DevAccounts.address(0))).isEqualTo(2);
    assertThat(test.mine().body().transactions()).containsExactly(early, late);
  }

  @Test
  void whatANewHeadMakesInvalidGoes() {
    accepted(transfer(0, 0));
    try (TestChain other = new TestChain()) {
      other.chain.pool().add(TestChain.wallet(0).transfer(0, TO, UInt256.valueOf(9), FEE, FEE));
      test.add(other.mine());
    }
    assertThat(pool.size()).isZero();
  }

  @Test
  void aTransactionBelowTheBaseFeeWaitsForItToFall() {
    Transaction patient = transfer(0, 0, 800_000_000, 1);
    accepted(patient);
    assertThat(test.mine().body().transactions()).isEmpty();
    assertThat(test.mine().body().transactions()).containsExactly(patient);
  }
}
