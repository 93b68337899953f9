package io.kadlink.protocols.eth.pool;

import static io.kadlink.protocols.eth.pool.TestPool.ETHER;
import static io.kadlink.protocols.eth.pool.TestPool.transfer;
import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.protocols.eth.chain.PooledTransaction;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.chain.TransactionPool.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Our own transactions outlive the process, which is never closed here. */
class LocalJournalTest {
  @TempDir private Path folder;

  private TestPool pool() throws IOException {
    return new TestPool(PoolLimits.DEFAULT, PoolFiles.in(folder));
  }

  private long files() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("local"))) {
      return files.count();
    }
  }

  @Test
  void ourOwnAreThereAgainAndToldAgainOthersAreNot() throws IOException {
    TestPool killed = pool();
    List<Transaction> own = List.of(transfer(1, 0, 100), transfer(1, 1, 100), transfer(2, 0, 1));
    for (Transaction transaction : own) {
      assertThat(killed.pool.addLocal(PooledTransaction.of(transaction)))
          .isEqualTo(new Verdict.Accepted());
    }
    killed.accepts(transfer(3, 0, 100));
    TestPool next = pool();
    assertThat(next.told).containsExactlyInAnyOrderElementsOf(own);
    assertThat(next.pool.size()).isEqualTo(3);
  }

  @Test
  void whatOthersHaveBroughtBecomesOurOwn() throws IOException {
    TestPool test = pool();
    Transaction own = transfer(1, 0, 100);
    test.accepts(own);
    assertThat(test.pool.addLocal(PooledTransaction.of(own))).isEqualTo(new Verdict.Known());
    assertThat(pool().told).containsExactly(own);
    test.account(1, 1, ETHER).head();
    assertThat(test.pool.size()).isZero();
    assertThat(files()).isZero();
  }

  @Test
  void whatIsInABlockIsForgotten() throws IOException {
    TestPool test = pool();
    test.pool.addLocal(PooledTransaction.of(transfer(1, 0, 100)));
    assertThat(files()).isEqualTo(1);
    test.account(1, 1, ETHER).head();
    assertThat(files()).isZero();
  }

  @Test
  void whatWasIncludedWhileTheNodeWasAwayIsForgotten() throws IOException {
    pool().pool.addLocal(PooledTransaction.of(transfer(1, 0, 100)));
    TestPool later =
        new TestPool(PoolLimits.DEFAULT, PoolFiles.in(folder), test -> test.account(1, 1, ETHER));
    assertThat(later.pool.size()).isZero();
    assertThat(files()).isZero();
  }

  @Test
  void whatCannotBePaidForNowWaitsForTheNextStart() throws IOException {
    pool().pool.addLocal(PooledTransaction.of(transfer(1, 0, 100)));
    TestPool poor =
        new TestPool(
            PoolLimits.DEFAULT, PoolFiles.in(folder), test -> test.account(1, 0, TestPool.gas(5)));
    assertThat(poor.pool.size()).isZero();
    TestPool impoverished = pool();
    impoverished.account(1, 0, TestPool.gas(5)).head();
    assertThat(impoverished.pool.size()).isZero();
    assertThat(pool().pool.size()).isEqualTo(1);
  }

  @Test
  void aFileThatIsNotWholeOrDamagedCostsNothingElse() throws IOException {
    Transaction own = transfer(1, 0, 100);
    pool().pool.addLocal(PooledTransaction.of(own));
    Files.write(folder.resolve("local").resolve("00ff.tmp"), new byte[] {1, 2});
    Files.write(folder.resolve("local").resolve("00ff"), new byte[] {2, (byte) 0xc0});
    assertThat(pool().told).containsExactly(own);
    assertThat(files()).isEqualTo(1);
  }

  @Test
  void thereAreSoManyOfOurOwn() throws IOException {
    TestPool test = new TestPool();
    for (int account = 0; account < PoolLimits.MAX_LOCAL; account++) {
      test.pool.addLocal(PooledTransaction.of(transfer(account, 0, 1)));
    }
    Verdict one = test.pool.addLocal(PooledTransaction.of(transfer(5_000, 0, 1)));
    assertThat(one).isInstanceOf(Verdict.Refused.class);
    test.accepts(transfer(5_000, 0, 1));
  }
}
