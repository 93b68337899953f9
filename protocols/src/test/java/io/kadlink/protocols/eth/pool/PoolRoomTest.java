package io.kadlink.protocols.eth.pool;

import static io.kadlink.protocols.eth.pool.TestPool.ETHER;
import static io.kadlink.protocols.eth.pool.TestPool.transfer;
import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.protocols.eth.chain.PooledTransaction;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.chain.TransactionPool.Verdict;
import io.kadlink.protocols.eth.pool.TestPool.Draft;
import io.kadlink.protocols.eth.rules.Fork;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.units.bigints.UInt256;
import org.junit.jupiter.api.Test;

/** How much the pool holds, who gives way, and what an attacker can't do about it. */
class PoolRoomTest {

  /** Room for 8 transactions, of which 2 are guaranteed to each sender, and 3 may be queued. */
  private static PoolLimits small() {
    return new PoolLimits(8, 1 << 20, 6, 2, 3, 2, 0, UInt256.ONE);
  }

  private final TestPool test = new TestPool(small());

  private void fill(int senders, int each, long tip) {
    for (int sender = 0; sender < senders; sender++) {
      for (int nonce = 0; nonce < each; nonce++) {
        test.accepts(transfer(100 + sender, nonce, tip));
      }
    }
  }

  private boolean has(Transaction transaction) {
    return test.pool.contains(transaction.hash());
  }

  @Test
  void theCheapestGivesWayToOneThatIsWorthMore() {
    Transaction cheap = transfer(1, 0, 10);
    test.accepts(cheap);
    fill(7, 1, 50);
    test.refuses(transfer(2, 0, 10), "full");
    test.accepts(transfer(2, 0, 11));
    assertThat(has(cheap)).isFalse();
    assertThat(test.pool.size()).isEqualTo(8);
  }

  @Test
  void whatTheNextBlockCannotTakeIsWorthLess() {
    Transaction underTheBaseFee = transfer(1, 0, 999, 999);
    test.accepts(underTheBaseFee);
    fill(7, 1, 50);
    test.accepts(transfer(2, 0, 1));
    assertThat(has(underTheBaseFee)).isFalse();
  }

  @Test
  void theBaseFeeOfTheNewHeadCounts() {
    Transaction tight = transfer(1, 0, 1_200, 200);
    test.accepts(tight);
    fill(7, 1, 50);
    test.refuses(transfer(2, 0, 49), "full");
    test.next(new NextBlock(101, Fork.PRAGUE, TestPool.gas(1_190), TestPool.gas(1), 30_000_000, 9));
    test.accepts(transfer(2, 0, 5_000, 49));
    assertThat(has(tight)).isFalse();
  }

  @Test
  void aCheapOneDoesNotHideBeforeADearOne() {
    test.accepts(transfer(1, 0, 1));
    Transaction dearLast = transfer(1, 1, 1_000_000);
    test.accepts(dearLast);
    fill(6, 1, 50);
    test.accepts(transfer(2, 0, 40));
    assertThat(has(dearLast)).isFalse();
  }

  @Test
  void whoHasMoreThanItsShareGivesWayWhateverItPays() {
    for (int nonce = 0; nonce < 6; nonce++) {
      test.accepts(transfer(1, nonce, 1_000_000));
    }
    fill(2, 1, 50);
    Transaction honest = transfer(2, 0, 10);
    test.accepts(honest);
    assertThat(test.pool.size()).isEqualTo(8);
    assertThat(test.pool.content().pending().get(TestPool.address(1))).hasSize(5);
    // And it does not come back by paying.
    test.refuses(transfer(1, 5, 1_000_000), "full");
    test.refuses(transfer(1, 5, 1), "full");
  }

  @Test
  void aSenderHasBoundedRoom() {
    for (int nonce = 0; nonce < 6; nonce++) {
      test.accepts(transfer(1, nonce, 100));
    }
    test.refuses(transfer(1, 6, 100_000), "6 transactions waiting, at most 6 may");
    test.accepts(transfer(1, 5, 5_000));
  }

  @Test
  void gapsAreBoundedForASenderAndInAll() {
    test.accepts(transfer(1, 2, 100)).accepts(transfer(1, 3, 100));
    test.refuses(transfer(1, 9, 100), "2 transactions that wait for a nonce");
    test.accepts(transfer(2, 1, 99));
    test.refuses(transfer(3, 1, 99), "3 transactions wait for a nonce before them");
    test.accepts(transfer(4, 1, 101));
    assertThat(test.pool.size()).isEqualTo(3);
    test.accepts(transfer(1, 0, 100)).accepts(transfer(1, 1, 100));
    assertThat(test.told).hasSize(4);
    test.accepts(transfer(3, 1, 100));
  }

  @Test
  void oneThatWaitsNeverDrivesOutOneThatIsExecutable() {
    fill(8, 1, 10);
    test.refuses(transfer(1, 1, 1_000_000_000), "full");
    assertThat(test.pool.hashes(9)).hasSize(8);
  }

  @Test
  void oneThatIsExecutableTakesThePlaceOfOneThatWaits() {
    Transaction waiting = transfer(1, 1, 1_000_000);
    test.accepts(waiting);
    fill(7, 1, 50);
    test.accepts(transfer(2, 0, 1));
    assertThat(has(waiting)).isFalse();
  }

  @Test
  void whatWaitsForANonceIsLetGoAfterHours() {
    test.accepts(transfer(1, 1, 100)).accepts(transfer(2, 0, 100));
    NextBlock next = test.next();
    test.next(at(next, next.number() + PoolLimits.QUEUED_BLOCKS));
    assertThat(test.pool.size()).isEqualTo(2);
    test.next(at(next, next.number() + PoolLimits.QUEUED_BLOCKS + 1));
    assertThat(test.pool.size()).isEqualTo(1);
    assertThat(test.counted("kadlink.chain.pool.dropped", "reason", "gap")).isEqualTo(1);
  }

  private static NextBlock at(NextBlock next, long number) {
    return new NextBlock(
        number, next.fork(), next.baseFee(), next.blobBaseFee(), next.gasLimit(), next.maxBlobs());
  }

  @Test
  void bytesAreBoundedToo() {
    TestPool tight = new TestPool(new PoolLimits(100, 2_000, 9, 2, 3, 2, 0, UInt256.ONE));
    tight.accepts(withData(1, 700, 50)).accepts(withData(2, 700, 60));
    tight.refuses(withData(3, 700, 50), "full");
    tight.accepts(withData(3, 700, 70));
    assertThat(tight.pool.size()).isEqualTo(2);
    tight.refuses(withData(4, 2_001, 1_000_000), "full");
    assertThat(tight.pool.size()).isEqualTo(2);
  }

  private static Transaction withData(int account, int bytes, long tip) {
    return new Draft(account, 0)
        .data(Bytes.wrap(new byte[bytes]))
        .gasLimit(100_000)
        .fees(10_000_000, tip)
        .sign();
  }

  @Test
  void whatANewHeadTakesFromAnAccountGoes() {
    Transaction used = transfer(1, 0, 100);
    Transaction next = transfer(1, 1, 100);
    Transaction tooDear = transfer(1, 2, 100);
    test.accepts(used).accepts(next).accepts(tooDear);
    test.account(1, 1, UInt256.valueOf(21_000 * 2_200 + 1)).head();
    assertThat(has(used)).isFalse();
    assertThat(has(next)).isTrue();
    assertThat(has(tooDear)).isFalse();
    assertThat(test.pool.nextNonce(TestPool.address(1))).isEqualTo(2);
  }

  @Test
  void aBlockThatFillsAGapMakesWhatFollowsExecutable() {
    Transaction late = transfer(1, 1, 100);
    test.accepts(late);
    assertThat(test.told).isEmpty();
    test.account(1, 1, ETHER).head();
    assertThat(test.told).containsExactly(late);
  }

  @Test
  void transactionsOfBlocksThatNoLongerCountComeBack() {
    Transaction back = transfer(1, 0, 100);
    test.account(1, 1, ETHER).head();
    test.account(1, 0, ETHER).head(back, new Draft(2, 0).chainId(5).sign());
    assertThat(has(back)).isTrue();
    assertThat(test.told).containsExactly(back);
    assertThat(test.pool.size()).isEqualTo(1);
  }

  @Test
  void ourOwnIsNotDrivenOut() {
    Transaction own = transfer(1, 0, 1);
    assertThat(test.pool.addLocal(PooledTransaction.of(own))).isEqualTo(new Verdict.Accepted());
    fill(7, 1, 50);
    for (int account = 2; account < 20; account++) {
      test.pool.add(transfer(account, 0, 100L + account));
    }
    assertThat(has(own)).isTrue();
    assertThat(test.pool.size()).isEqualTo(8);
  }

  /** 20 honest senders with low prices, then a flood of each kind from accounts that can't pay. */
  @Test
  void floodsLeaveHonestTransactionsAndBoundedMemory() {
    TestPool node = new TestPool(new PoolLimits(400, 1 << 20, 64, 4, 40, 8, 0, UInt256.ONE));
    List<Transaction> honest =
        IntStream.range(0, 20).mapToObj(account -> transfer(account, 0, 500)).toList();
    honest.forEach(node::accepts);
    for (int i = 0; i < 400; i++) {
      node.pool.add(transfer(1_000 + i, 7, 1_000_000)); // nonce gaps from many senders
      node.pool.add(transfer(2_000 + i / 100, i % 100, 400)); // long queues of few senders
      node.pool.add(transfer(3_000, 0, 1_000 + i)); // replacements for free
      node.pool.add(withData(4_000 + i, 20_000, 400)); // much data for little
    }
    assertThat(honest).allMatch(transaction -> node.pool.contains(transaction.hash()));
    assertThat(node.pool.size()).isLessThanOrEqualTo(400);
    assertThat(node.meters.get("kadlink.chain.pool.bytes").gauge().value())
        .isLessThanOrEqualTo(1 << 20);
    assertThat(node.meters.get("kadlink.chain.pool.queued").gauge().value())
        .isLessThanOrEqualTo(40);
    // Replacements by a wei are not passed on: each one told costs at least 10 % more.
    assertThat(
            node.told.stream()
                .filter(told -> told.sender().orElseThrow().equals(TestPool.address(3_000)))
                .count())
        .isLessThan(8);
  }
}
