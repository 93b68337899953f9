package io.kadlink.protocols.eth.pool;

import static io.kadlink.protocols.eth.pool.TestPool.ETHER;
import static io.kadlink.protocols.eth.pool.TestPool.address;
import static io.kadlink.protocols.eth.pool.TestPool.gas;
import static io.kadlink.protocols.eth.pool.TestPool.key;
import static io.kadlink.protocols.eth.pool.TestPool.transfer;
import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.chain.TransactionPayload.Authorization;
import io.kadlink.protocols.eth.chain.TransactionPool.Verdict;
import io.kadlink.protocols.eth.pool.TestPool.Draft;
import io.kadlink.protocols.eth.rules.Delegation;
import io.kadlink.protocols.eth.rules.Fork;
import io.kadlink.protocols.eth.rules.TransactionRules;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.units.bigints.UInt256;
import org.junit.jupiter.api.Test;

/** What the pool takes and what it refuses, each limit on both sides, and whose fault it is. */
class PoolRulesTest {
  private final TestPool test = new TestPool();

  private static Draft draft(int account, long nonce) {
    return new Draft(account, nonce);
  }

  @Test
  void aTransactionIsTakenOnceAndToldOnce() {
    Transaction transaction = transfer(1, 0, 100);
    test.accepts(transaction);
    assertThat(test.pool.add(transaction)).isEqualTo(new Verdict.Known());
    assertThat(test.told).containsExactly(transaction);
    assertThat(test.pool.pooledBytes(transaction.hash())).contains(transaction.encoded().size());
  }

  @Test
  void nothingIsJudgedWithoutAState() {
    test.stateLost();
    test.refuses(transfer(1, 0, 100), "state at the head is not known");
    test.head().accepts(transfer(1, 0, 100));
  }

  @Test
  void whatNoRulesAllowIsThePeersFault() {
    test.accuses(draft(1, 0).chainId(1).sign(), "chain id 1, expected 1337");
    test.accuses(draft(1, 0).fees(5_000, 5_001).sign(), "maxPriorityFeePerGas 5001 above");
    test.accuses(draft(1, 0).gasLimit(20_999).sign(), "gas limit 20999, expected at least 21000");
    test.accuses(draft(1, -1).sign(), "2^64 - 1");
    Transaction good = transfer(1, 0, 100);
    test.accuses(
        Transaction.of(good.payload(), good.v(), good.r(), UInt256.MAX_VALUE), "signature");
    test.accepts(draft(1, 0).fees(5_001, 5_001).gasLimit(21_000).sign());
  }

  @Test
  void whatAnotherForkAllowsIsNobodysFault() {
    Bytes data = Bytes.repeat((byte) 1, 1_000);
    // 21,000 + 1,000 non-zero bytes for 16 gas each; the floor of EIP-7623 is 40 for each.
    Transaction belowFloor = draft(1, 0).data(data).gasLimit(60_999).sign();
    test.refuses(belowFloor, "gas limit 60999, expected at least 61000");
    test.accepts(draft(1, 0).data(data).gasLimit(61_000).sign());
    test.accuses(draft(1, 1).data(data).gasLimit(36_999).sign(), "expected at least");
    test.next(new NextBlock(101, Fork.LATER, gas(1_000), gas(1), 30_000_000, 9));
    test.refuses(draft(1, 1).gasLimit((1 << 24) + 1).sign(), "at most 16777216");
    test.accepts(draft(1, 1).gasLimit(1 << 24).sign());
  }

  @Test
  void initCodeIsLimited() {
    int most = TransactionRules.MAX_INIT_CODE_BYTES;
    Draft draft = draft(1, 0).creation().gasLimit(3_000_000);
    test.accuses(draft.data(Bytes.wrap(new byte[most + 1])).sign(), "bytes of init code");
    test.accepts(draft.data(Bytes.wrap(new byte[most])).sign());
  }

  @Test
  void aTransactionHasAtMost128Kibibytes() {
    Draft draft = draft(1, 0).gasLimit(6_000_000);
    int around = draft.data(Bytes.wrap(new byte[130_000])).sign().encoded().size() - 130_000;
    int room = PoolLimits.MAX_TRANSACTION_BYTES - around;
    test.refuses(draft.data(Bytes.wrap(new byte[room + 1])).sign(), "131073 bytes");
    test.accepts(draft.data(Bytes.wrap(new byte[room])).sign());
  }

  @Test
  void aTransactionFitsIntoABlock() {
    test.refuses(draft(1, 0).gasLimit(30_000_001).sign(), "above the block's 30000000");
    test.accepts(draft(1, 0).gasLimit(30_000_000).sign());
  }

  @Test
  void theTipHasAFloorButNotForOurOwn() {
    TestPool picky = new TestPool(PoolLimits.DEFAULT.withMinTip(gas(50)));
    Transaction cheap = transfer(1, 0, 49);
    picky.refuses(cheap, "tip 49 wei per gas, expected at least 50");
    picky.accepts(transfer(2, 0, 50));
    assertThat(picky.pool.addLocal(io.kadlink.protocols.eth.chain.PooledTransaction.of(cheap)))
        .isEqualTo(new Verdict.Accepted());
  }

  @Test
  void aUsedNonceIsRefused() {
    test.account(1, 5, ETHER).head();
    test.refuses(transfer(1, 4, 100), "nonce too low: 4 is used, the account's next is 5");
    test.accepts(transfer(1, 5, 100));
  }

  @Test
  void theBalanceCoversAllThatWaitsAtItsHighestPrice() {
    // 21,000 gas for 10,000 wei and 1 wei: 210,000,001 each.
    test.account(1, 0, UInt256.valueOf(420_000_001)).head();
    test.accepts(draft(1, 0).sign());
    test.refuses(draft(1, 1).sign(), "could cost 420000002, the balance is 420000001");
    test.accepts(draft(1, 1).value(UInt256.ZERO).sign());
  }

  @Test
  void aSenderWithCodeIsRefusedUnlessItHasDelegated() {
    test.code(1, false).code(2, true).head();
    test.refuses(transfer(1, 0, 100), "has code");
    test.refuses(transfer(2, 1, 100), "delegated (EIP-7702), expected 0");
    test.accepts(transfer(2, 0, 100));
    test.refuses(transfer(2, 1, 100), "may have 1 transaction waiting");
    test.accepts(transfer(2, 0, 5_000));
  }

  private static Authorization authorization(int account, long nonce) {
    Authorization unsigned =
        new Authorization(
            UInt256.valueOf(TestPool.CHAIN_ID), TestPool.TO, nonce, 0, UInt256.ONE, UInt256.ONE);
    io.kadlink.identity.Signature signature = key(account).sign(Delegation.signingHash(unsigned));
    return new Authorization(
        unsigned.chainId(),
        unsigned.address(),
        nonce,
        signature.recoveryId(),
        UInt256.fromBytes(signature.r()),
        UInt256.fromBytes(signature.s()));
  }

  @Test
  void whoHasSignedAnAuthorizationThatWaitsMayHaveOneTransaction() {
    Authorization authorization = authorization(2, 0);
    assertThat(Delegation.authority(authorization)).contains(address(2));
    test.accuses(draft(1, 0).gasLimit(90_000).signSetCode(), "without authorizations");
    test.accepts(draft(1, 0).gasLimit(90_000).signSetCode(authorization));
    test.refuses(transfer(2, 1, 100), "expected 0");
    test.accepts(transfer(2, 0, 100));
    test.refuses(transfer(2, 1, 100), "may have 1 transaction waiting");
    // Once the authorization is in a block, it holds nobody back; the account has its say then.
    test.account(1, 1, ETHER).head().accepts(transfer(2, 1, 100));
  }

  @Test
  void whoHasMoreThanOneTransactionWaitingCannotBeAnAuthority() {
    test.accepts(transfer(2, 0, 100)).accepts(transfer(3, 0, 100)).accepts(transfer(3, 1, 100));
    test.accepts(draft(1, 0).gasLimit(90_000).signSetCode(authorization(2, 0)));
    test.refuses(
        draft(4, 0).gasLimit(90_000).signSetCode(authorization(3, 0)), "2 transactions waiting");
  }

  @Test
  void aReplacementPaysTenPercentMoreInFeeAndTip() {
    Transaction first = transfer(1, 0, 1_000_000, 1_000);
    test.accepts(first);
    test.refuses(transfer(1, 0, 1_099_999, 1_100), "10 %");
    test.refuses(transfer(1, 0, 1_100_000, 1_099), "10 %");
    test.accepts(transfer(1, 0, 1_100_000, 1_100));
    assertThat(test.pool.contains(first.hash())).isFalse();
    assertThat(test.pool.size()).isEqualTo(1);
  }

  @Test
  void aReplacementOfTinyPricesStillPaysMore() {
    test.accepts(transfer(1, 0, 5, 1));
    test.refuses(transfer(1, 0, 6, 1), "10 %");
    test.refuses(transfer(1, 0, 5, 2), "10 %");
    test.accepts(transfer(1, 0, 6, 2));
  }

  @Test
  void belowTheBaseFeeItWaits() {
    test.accepts(transfer(1, 0, 999, 1));
    assertThat(test.pool.hashes(9)).hasSize(1);
  }
}
