package io.kadlink.protocols.eth.pool;

import static io.kadlink.protocols.eth.pool.TestPool.ETHER;
import static io.kadlink.protocols.eth.pool.TestPool.gas;
import static io.kadlink.protocols.eth.pool.TestPool.transfer;
import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.protocols.eth.chain.BlobSamples;
import io.kadlink.protocols.eth.chain.BlobSidecar;
import io.kadlink.protocols.eth.chain.BlobSidecar.Form;
import io.kadlink.protocols.eth.chain.CellMask;
import io.kadlink.protocols.eth.chain.PooledTransaction;
import io.kadlink.protocols.eth.chain.PooledTransactionCodec;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.chain.TransactionPayload;
import io.kadlink.protocols.eth.chain.TransactionPool.Verdict;
import io.kadlink.protocols.eth.kzg.NativeKzg;
import io.kadlink.protocols.eth.rules.Fork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.units.bigints.UInt256;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Blob transactions: with which sidecars, at which price, how many, and where they are kept. */
class BlobPoolTest {
  private final TestPool test = new TestPool();

  private static BlobSidecar sidecar(Form form, int blobs) {
    return BlobSamples.all().stream()
        .map(sample -> sample.sidecar().orElseThrow())
        .filter(each -> each.form() == form && each.blobs().size() == blobs)
        .findFirst()
        .orElseThrow();
  }

  private static PooledTransaction blob(int account, long nonce, long tip, BlobSidecar sidecar) {
    return blob(account, nonce, tip, 10, sidecar);
  }

  private static PooledTransaction blob(
      int account, long nonce, long tip, long blobFee, BlobSidecar sidecar) {
    TransactionPayload.Blob payload =
        new TransactionPayload.Blob(
            UInt256.valueOf(TestPool.CHAIN_ID),
            nonce,
            gas(tip),
            gas(2 * (tip + 1_000)),
            21_000,
            TestPool.TO,
            UInt256.ZERO,
            Bytes.EMPTY,
            List.of(),
            gas(blobFee),
            sidecar.commitments().stream().map(BlobSidecar::versionedHash).toList());
    return new PooledTransaction(
        Transaction.sign(payload, TestPool.key(account)), Optional.of(sidecar));
  }

  /** In the form that is verified sooner. */
  private static PooledTransaction blob(int account, long nonce, long tip) {
    return blob(account, nonce, tip, sidecar(Form.BLOB_PROOFS, 1));
  }

  @Test
  void bothFormsOfSidecarsAreTakenAndHandedOnWhole() {
    for (Form form : Form.values()) {
      PooledTransaction transaction = blob(form.ordinal(), 0, 100, sidecar(form, 2));
      test.accepts(transaction);
      assertThat(test.pool.pooled(transaction.hash())).contains(transaction);
      assertThat(test.pool.pooledBytes(transaction.hash()))
          .contains(PooledTransactionCodec.encode(transaction).size());
    }
  }

  @Test
  void cellsAreThoseOfAllBlobsByIndex() {
    BlobSidecar sidecar = sidecar(Form.CELL_PROOFS, 2);
    PooledTransaction transaction = blob(1, 0, 100, sidecar);
    test.accepts(transaction);
    CellMask mask = CellMask.of(0, 64, 127);
    assertThat(test.pool.cells(transaction.hash(), mask))
        .contains(NativeKzg.load().orElseThrow().cells(sidecar.blobs(), mask));
    assertThat(test.pool.cells(transfer(2, 0, 100).hash(), mask)).isEmpty();
  }

  @Test
  void aSidecarThatIsNotItsOwnIsThePeersFault() {
    BlobSidecar good = sidecar(Form.CELL_PROOFS, 1);
    PooledTransaction transaction = blob(1, 0, 100, good);
    List<Bytes> proofs = new ArrayList<>(good.proofs());
    proofs.set(7, proofs.get(8));
    BlobSidecar unproven = new BlobSidecar(good.form(), good.blobs(), good.commitments(), proofs);
    BlobSidecar two = sidecar(Form.CELL_PROOFS, 2);
    test.refuses(PooledTransaction.of(transaction.transaction()), "no sidecar", true);
    test.refuses(with(transaction, two), "2 commitments for 1 blobs", true);
    test.refuses(with(transaction, unproven), "proofs don't hold", true);
    test.refuses(with(transaction, good.withoutBlobs()), "still to be fetched", false);
    // The hash is the same: a bad sidecar does not keep the good one out.
    test.accepts(transaction);
  }

  private static PooledTransaction with(PooledTransaction transaction, BlobSidecar sidecar) {
    return new PooledTransaction(transaction.transaction(), Optional.of(sidecar));
  }

  @Test
  void sinceOsakaProofsAreOfCellsAndOurOwnAreConverted() {
    PooledTransaction old = blob(1, 0, 100, sidecar(Form.BLOB_PROOFS, 1));
    PooledTransaction early = blob(2, 0, 100, sidecar(Form.BLOB_PROOFS, 1));
    test.accepts(early);
    test.next(new NextBlock(101, Fork.LATER, gas(1_000), gas(1), 30_000_000, 9));
    assertThat(test.pool.contains(early.hash())).isFalse();
    test.refuses(old, "expected proofs of cells", false);
    assertThat(test.pool.addLocal(old)).isEqualTo(new Verdict.Accepted());
    assertThat(test.pool.pooled(old.hash()).orElseThrow().sidecar())
        .contains(sidecar(Form.CELL_PROOFS, 1));
  }

  @Test
  void aBlockCarriesSoManyBlobs() {
    test.next(new NextBlock(101, Fork.PRAGUE, gas(1_000), gas(1), 30_000_000, 1));
    test.refuses(blob(1, 0, 100, sidecar(Form.CELL_PROOFS, 2)), "2 blobs, expected at most", false);
    test.accepts(blob(1, 0, 100));
  }

  @Test
  void blobGasIsPaidForByTheBalanceToo() {
    PooledTransaction transaction = blob(1, 0, 100);
    UInt256 cost = UInt256.valueOf(21_000 * 2_200 + 10 * (1 << 17));
    test.account(1, 0, cost.subtract(1)).head();
    test.refuses(transaction, "could cost " + cost.toDecimalString(), false);
    test.account(1, 0, cost).head().accepts(transaction);
    test.refuses(blob(2, 0, 100, 0, sidecar(Form.CELL_PROOFS, 1)), "nothing for blob gas", false);
  }

  @Test
  void aSenderHasBlobsOrOrdinaryTransactionsWaitingButNotBoth() {
    test.accepts(blob(1, 0, 100)).accepts(transfer(2, 0, 100));
    test.refuses(transfer(1, 1, 100), "the sender has blob transactions waiting");
    test.refuses(blob(2, 1, 100), "the sender has ordinary transactions waiting", false);
    test.account(2, 1, ETHER).head().accepts(blob(2, 1, 100));
  }

  @Test
  void aReplacementPaysTwiceAsMuchInEverything() {
    BlobSidecar sidecar = sidecar(Form.BLOB_PROOFS, 1);
    PooledTransaction first = blob(1, 0, 1_000, 10, sidecar);
    test.accepts(first);
    test.refuses(blob(1, 0, 5_000, 19, sidecar), "100 % more", false);
    test.refuses(blob(1, 0, 1_999, 20, sidecar), "100 % more", false);
    test.accepts(blob(1, 0, 5_000, 20, sidecar));
    assertThat(test.pool.pooled(first.hash())).isEmpty();
  }

  @Test
  void blobsLeaveNoGapsAndASenderHasSixteen() {
    test.refuses(blob(1, 1, 100), "leaves a gap", false);
    for (int nonce = 0; nonce < PoolLimits.MAX_BLOB_TRANSACTIONS_PER_SENDER; nonce++) {
      test.accepts(blob(1, nonce, 100));
    }
    test.refuses(blob(1, 16, 100), "16 transactions waiting, at most 16 may", false);
  }

  @Test
  void aFloodIsBoundedOnDiskAndTheBestStay(@TempDir Path folder) throws IOException {
    long each = PooledTransactionCodec.bytes(blob(1, 0, 100));
    TestPool node =
        new TestPool(PoolLimits.DEFAULT.withBlobBytes(5 * each - 1), PoolFiles.in(folder));
    PooledTransaction honest = blob(1, 0, 500);
    node.accepts(honest);
    for (int account = 2; account < 12; account++) {
      node.pool.add(blob(account, 0, 400 + account));
    }
    assertThat(node.pool.size()).isEqualTo(4);
    assertThat(node.pool.contains(honest.hash())).isTrue();
    node.refuses(blob(20, 0, 400), "full", false);
    try (Stream<Path> files = Files.walk(folder)) {
      assertThat(files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum())
          .isEqualTo((long) node.meters.get("kadlink.chain.pool.blob.bytes").gauge().value())
          .isLessThan(5 * each);
    }
  }

  @Test
  void aSidecarIsKeptForAWhileSoThatAnUndoneBlockLosesNothing() {
    PooledTransaction transaction = blob(1, 0, 100);
    test.accepts(transaction).account(1, 1, ETHER).head();
    assertThat(test.pool.pooled(transaction.hash())).isEmpty();
    test.account(1, 0, ETHER).head(transaction.transaction());
    assertThat(test.pool.pooled(transaction.hash())).contains(transaction);

    long number = test.next().number() + PoolLimits.INCLUDED_BLOB_BLOCKS + 1;
    test.account(1, 1, ETHER).head();
    test.next(new NextBlock(number, Fork.PRAGUE, gas(1_000), gas(1), 30_000_000, 9));
    assertThat(test.meters.get("kadlink.chain.pool.blob.bytes").gauge().value()).isZero();
    test.account(1, 0, ETHER).head(transaction.transaction());
    assertThat(test.pool.contains(transaction.hash())).isFalse();
  }
}
