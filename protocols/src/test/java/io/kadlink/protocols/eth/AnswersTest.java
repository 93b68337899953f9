package io.kadlink.protocols.eth;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.protocols.eth.chain.BlobSamples;
import io.kadlink.protocols.eth.chain.BlobSidecar;
import io.kadlink.protocols.eth.chain.Block;
import io.kadlink.protocols.eth.chain.BlockAccessList;
import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.CellMask;
import io.kadlink.protocols.eth.chain.PooledTransaction;
import io.kadlink.protocols.eth.chain.Receipt;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.wire.EthCodec;
import io.kadlink.protocols.eth.wire.EthLimits;
import io.kadlink.protocols.eth.wire.EthMessage.BlockAccessLists;
import io.kadlink.protocols.eth.wire.EthMessage.BlockBodies;
import io.kadlink.protocols.eth.wire.EthMessage.BlockHeaders;
import io.kadlink.protocols.eth.wire.EthMessage.Cells;
import io.kadlink.protocols.eth.wire.EthMessage.GetBlockAccessLists;
import io.kadlink.protocols.eth.wire.EthMessage.GetBlockBodies;
import io.kadlink.protocols.eth.wire.EthMessage.GetBlockHeaders;
import io.kadlink.protocols.eth.wire.EthMessage.GetBlockHeaders.AtHash;
import io.kadlink.protocols.eth.wire.EthMessage.GetBlockHeaders.AtNumber;
import io.kadlink.protocols.eth.wire.EthMessage.GetBlockHeaders.Origin;
import io.kadlink.protocols.eth.wire.EthMessage.GetCells;
import io.kadlink.protocols.eth.wire.EthMessage.GetPooledTransactions;
import io.kadlink.protocols.eth.wire.EthMessage.GetReceipts;
import io.kadlink.protocols.eth.wire.EthMessage.PooledTransactions;
import io.kadlink.protocols.eth.wire.EthMessage.Receipts;
import io.kadlink.protocols.eth.wire.EthMessage.TransactionCells;
import io.kadlink.protocols.eth.wire.EthSamples;
import io.kadlink.protocols.eth.wire.EthVersion;
import io.kadlink.server.testing.MemoryNetwork;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class AnswersTest {
  private final FakeChain chain = new FakeChain().grow(1100);
  private final MemoryNetwork network = new MemoryNetwork(1);
  private final EthNode node = new EthNode(network, chain);
  private final PlayedPeer peer = node.meets(EthVersion.ETH_69).greets();

  @Test
  void headersRiseFromANumber() {
    assertThat(numbers(new AtNumber(5), 3, 0, false)).containsExactly(5L, 6L, 7L);
    assertThat(numbers(new AtNumber(5), 3, 2, false)).containsExactly(5L, 8L, 11L);
  }

  @Test
  void headersFallFromANumber() {
    assertThat(numbers(new AtNumber(5), 3, 0, true)).containsExactly(5L, 4L, 3L);
    assertThat(numbers(new AtNumber(5), 3, 1, true)).containsExactly(5L, 3L, 1L);
    assertThat(numbers(new AtNumber(2), 9, 0, true)).containsExactly(2L, 1L, 0L);
    assertThat(numbers(new AtNumber(5), 9, 4, true)).containsExactly(5L, 0L);
  }

  @Test
  void headersRiseAndFallFromAHash() {
    Bytes32 five = chain.header(5).orElseThrow().hash();
    assertThat(numbers(new AtHash(five), 3, 1, false)).containsExactly(5L, 7L, 9L);
    assertThat(numbers(new AtHash(five), 3, 1, true)).containsExactly(5L, 3L, 1L);
  }

  @Test
  void headersEndWithTheChain() {
    assertThat(numbers(new AtNumber(1099), 9, 0, false)).containsExactly(1099L, 1100L);
    assertThat(numbers(new AtNumber(1101), 9, 0, false)).isEmpty();
    assertThat(numbers(new AtNumber(-1), 9, 0, true)).isEmpty();
    assertThat(numbers(new AtHash(Bytes32.ZERO), 9, 0, false)).isEmpty();
    assertThat(numbers(new AtNumber(1), 0, 0, false)).isEmpty();
  }

  @Test
  void aSkipThatOverflowsEndsTheAnswer() {
    for (long skip : new long[] {-1, -2, -6, Long.MAX_VALUE}) {
      assertThat(numbers(new AtNumber(5), 3, skip, false)).containsExactly(5L);
      assertThat(numbers(new AtNumber(5), 3, skip, true)).containsExactly(5L);
      Bytes32 five = chain.header(5).orElseThrow().hash();
      assertThat(numbers(new AtHash(five), 3, skip, false)).containsExactly(5L);
      assertThat(numbers(new AtHash(five), 3, skip, true)).containsExactly(5L);
    }
  }

  @Test
  void atMost1024HeadersAreServed() {
    assertThat(numbers(new AtNumber(0), -1, 0, false)).hasSize(1024).startsWith(0L, 1L);
  }

  @Test
  void aSideBranchIsServedBackwardsOnly() {
    BlockHeader forkPoint = chain.header(10).orElseThrow();
    Block first = chain.next(forkPoint, List.of(), Bytes.of(1));
    Block second = chain.next(first.header(), List.of(), Bytes.of(2));
    chain.importBlock(first);
    chain.importBlock(second);
    AtHash side = new AtHash(second.header().hash());
    assertThat(headers(side, 4, 0, true))
        .containsExactly(second.header(), first.header(), forkPoint, chain.header(9).orElseThrow());
    assertThat(headers(side, 3, 4, true))
        .containsExactly(
            second.header(), chain.header(7).orElseThrow(), chain.header(2).orElseThrow());
    assertThat(headers(side, 4, 0, false)).containsExactly(second.header());
  }

  @Test
  void requestIdsAreMirroredZeroIncluded() {
    for (long id : new long[] {0, 1, -1}) {
      peer.says(new GetBlockHeaders(id, new AtNumber(0), 1, 0, false));
      assertThat(peer.heardOne(BlockHeaders.class).requestId()).isEqualTo(id);
    }
  }

  @Test
  void bodiesComeInTheOrderOfTheRequestAndEndAtTheFirstUnknown() {
    List<Bytes32> hashes = List.of(hash(6), hash(3), hash(4), Bytes32.ZERO, hash(9));
    peer.says(new GetBlockBodies(7, hashes));
    assertThat(peer.heardOne(BlockBodies.class).bodies())
        .containsExactly(chain.block(6).body(), chain.block(3).body(), chain.block(4).body());
  }

  @Test
  void bodiesEndAtTheSoftLimit() {
    Transaction large = large(400_000);
    List<Bytes32> hashes = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      hashes.add(chain.produce(List.of(large)).header().hash());
    }
    peer.says(new GetBlockBodies(7, hashes));
    // The sixth passes 2 MiB and is the last.
    assertThat(peer.heardOne(BlockBodies.class).bodies()).hasSize(6);
  }

  @Test
  void anAnswerNeverPassesTheHardLimit() {
    Transaction huge = large(9 << 20);
    Bytes32 small = chain.produce(List.of(large(1_900_000))).header().hash();
    Bytes32 tooMuch = chain.produce(List.of(huge)).header().hash();
    peer.says(new GetBlockBodies(7, List.of(small, tooMuch)));
    assertThat(peer.heardOne(BlockBodies.class).bodies()).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource
  void receiptsAreServedInTheFormOfTheVersion(EthVersion version) {
    PlayedPeer other = node.meets(version).greets();
    other.says(new GetReceipts(3, List.of(hash(3), hash(4), hash(6), Bytes32.ZERO, hash(9))));
    assertThat(other.heardOne(Receipts.class).receipts())
        .containsExactly(
            chain.receipts(hash(3)).orElseThrow(),
            List.of(),
            chain.receipts(hash(6)).orElseThrow());
  }

  @Test
  void pooledTransactionsAreServedWithGaps() {
    Transaction one = EthSamples.transfer(1);
    Transaction two = EthSamples.transfer(2);
    node.eth().sendTransaction(one);
    node.eth().sendTransaction(two);
    peer.says(new GetPooledTransactions(3, List.of(two.hash(), Bytes32.ZERO, one.hash())));
    assertThat(peer.heardOne(PooledTransactions.class).transactions())
        .containsExactly(PooledTransaction.of(two), PooledTransaction.of(one));
  }

  @Test
  void receiptsBeforeVersion70EndBeforeABlockThatDoesNotFit() {
    chain.setReceipts(hash(4), receiptsOf(11, 1 << 20));
    PlayedPeer other = node.meets(EthVersion.ETH_69).greets();
    other.says(new GetReceipts(3, List.of(hash(3), hash(4), hash(6))));
    assertThat(other.heardOne(Receipts.class).receipts()).hasSize(1);
  }

  @Test
  void receiptsOfABlockThatDoesNotFitComeInParts() {
    List<Receipt> all = receiptsOf(11, 1 << 20);
    chain.setReceipts(hash(4), all);
    PlayedPeer other = node.meets(EthVersion.ETH_70).greets();

    other.says(new GetReceipts(3, List.of(hash(3), hash(4), hash(6))));
    Receipts first = other.heardOne(Receipts.class);
    assertThat(first.lastBlockIncomplete()).isTrue();
    assertThat(first.receipts().get(1)).isEqualTo(all.subList(0, 9));

    other.says(new GetReceipts(4, 9, List.of(hash(4), hash(6))));
    Receipts second = other.heardOne(Receipts.class);
    assertThat(second.requestId()).isEqualTo(4);
    assertThat(second.lastBlockIncomplete()).isFalse();
    // The soft limit is reached with the rest of the large block.
    assertThat(second.receipts()).containsExactly(all.subList(9, 11));
  }

  @Test
  void aBlockOfWhichNoReceiptFitsEndsTheAnswer() {
    chain.setReceipts(hash(3), receiptsOf(1, 1 << 20));
    chain.setReceipts(hash(4), receiptsOf(1, 10 << 20));
    PlayedPeer other = node.meets(EthVersion.ETH_70).greets();
    other.says(new GetReceipts(3, List.of(hash(3), hash(4))));
    Receipts answer = other.heardOne(Receipts.class);
    assertThat(answer.receipts()).hasSize(1);
    assertThat(answer.lastBlockIncomplete()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"0, true", "1, false"})
  void receiptsFillAMessageToTheLastByte(int more, boolean whole) {
    // What is around the data of the one log: five lists, a string, the address and six fields.
    int around =
        EthCodec.encode(EthVersion.ETH_70, new Receipts(-1L, List.of(receiptsOf(1, 1 << 20))))
                .size()
            - (1 << 20);
    List<Receipt> receipts =
        new ArrayList<>(receiptsOf(1, EthLimits.MAX_MESSAGE_BYTES - around + more));
    chain.setReceipts(hash(4), receipts);
    PlayedPeer other = node.meets(EthVersion.ETH_70).greets();
    other.says(new GetReceipts(-1, List.of(hash(4))));
    Receipts answer = other.heardOne(Receipts.class);
    assertThat(answer.receipts()).hasSize(whole ? 1 : 0);
    if (whole) {
      assertThat(EthCodec.encode(EthVersion.ETH_70, answer).size())
          .isEqualTo(EthLimits.MAX_MESSAGE_BYTES);
    }
  }

  @Test
  void anIndexBehindTheLastReceiptGetsNone() {
    PlayedPeer other = node.meets(EthVersion.ETH_70).greets();
    for (long index : new long[] {1, 2, -1}) {
      other.says(new GetReceipts(3, index, List.of(hash(3), hash(6))));
      assertThat(other.heardOne(Receipts.class).receipts())
          .containsExactly(List.of(), chain.receipts(hash(6)).orElseThrow());
    }
  }

  @Test
  void accessListsAreServedWithAMarkWhereThereIsNone() {
    BlockAccessList list = EthSamples.accessList(3);
    chain.setAccessList(hash(3), list);
    PlayedPeer other = node.meets(EthVersion.ETH_71).greets();
    other.says(new GetBlockAccessLists(3, List.of(hash(2), hash(3), Bytes32.ZERO)));
    assertThat(other.heardOne(BlockAccessLists.class).accessLists())
        .containsExactly(Optional.empty(), Optional.of(list), Optional.empty());
  }

  @Test
  void blobTransactionsComeWithTheirBlobsAndSinceVersion72Without() {
    PooledTransaction blob = BlobSamples.all().get(2);
    chain.pool().put(blob);
    GetPooledTransactions request = new GetPooledTransactions(3, List.of(blob.hash()));
    assertThat(answer(EthVersion.ETH_71, request)).containsExactly(blob);
    assertThat(answer(EthVersion.ETH_72, request))
        .containsExactly(
            new PooledTransaction(
                blob.transaction(), blob.sidecar().map(BlobSidecar::withoutBlobs)));
  }

  @Test
  void blobTransactionsWithoutAllTheirPartsAreNotServed() {
    PooledTransaction blob = BlobSamples.all().get(2);
    GetPooledTransactions request = new GetPooledTransactions(3, List.of(blob.hash()));
    chain.pool().put(PooledTransaction.of(blob.transaction()));
    assertThat(answer(EthVersion.ETH_72, request)).isEmpty();
    chain
        .pool()
        .put(
            new PooledTransaction(
                blob.transaction(), blob.sidecar().map(BlobSidecar::withoutBlobs)));
    assertThat(answer(EthVersion.ETH_71, request)).isEmpty();
    assertThat(answer(EthVersion.ETH_72, request)).hasSize(1);
  }

  private List<PooledTransaction> answer(EthVersion version, GetPooledTransactions request) {
    PlayedPeer other = node.meets(version).greets();
    other.says(request);
    network.loop().runDue();
    return other.heardOne(PooledTransactions.class).transactions();
  }

  @Test
  void cellsAreServedOfTransactionsThatHaveThem() {
    PooledTransaction blob = BlobSamples.all().get(2);
    chain.pool().put(blob);
    PlayedPeer other = node.meets(EthVersion.ETH_72).greets();
    CellMask mask = CellMask.of(3, 77);
    other.says(new GetCells(3, List.of(Bytes32.ZERO, blob.hash()), mask));
    network.loop().runDue();
    assertThat(other.heardOne(Cells.class))
        .isEqualTo(
            new Cells(
                3,
                List.of(
                    new TransactionCells(
                        blob.hash(), List.of(EthSamples.cell(3), EthSamples.cell(77)))),
                mask));
  }

  @Test
  void cellsEndAtTheSoftLimit() {
    List<Bytes32> hashes = new ArrayList<>();
    for (PooledTransaction blob : BlobSamples.all()) {
      chain.pool().put(blob);
      hashes.add(blob.hash());
    }
    // 128 cells of 2 KiB are a quarter mebibyte: the eighth passes 2 MiB and is the last.
    PlayedPeer other = node.meets(EthVersion.ETH_72).greets();
    List<Bytes32> often = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      often.add(hashes.get(i % hashes.size()));
    }
    other.says(new GetCells(3, often, CellMask.ALL));
    network.loop().runDue();
    assertThat(other.heardOne(Cells.class).transactions()).hasSize(8);
  }

  /** Receipts with one log each, of about as many bytes. */
  private static List<Receipt> receiptsOf(int count, int bytes) {
    Receipt.Log log =
        new Receipt.Log(EthSamples.hash(1).slice(12), List.of(), Bytes.wrap(new byte[bytes]));
    return Collections.nCopies(count, new Receipt(2, true, 21_000, List.of(log)));
  }

  private Bytes32 hash(long number) {
    return chain.header(number).orElseThrow().hash();
  }

  private static Transaction large(int bytes) {
    return EthSamples.transferWithData(0, Bytes.wrap(new byte[bytes]));
  }

  private List<Long> numbers(Origin origin, long limit, long skip, boolean reverse) {
    return headers(origin, limit, skip, reverse).stream().map(BlockHeader::number).toList();
  }

  private List<BlockHeader> headers(Origin origin, long limit, long skip, boolean reverse) {
    peer.says(new GetBlockHeaders(99, origin, limit, skip, reverse));
    assertThat(EthLimits.MAX_HEADERS).isEqualTo(1024);
    return peer.heardOne(BlockHeaders.class).headers();
  }
}
