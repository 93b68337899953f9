package io.kadlink.protocols.eth.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kadlink.protocols.eth.Eth;
import io.kadlink.protocols.eth.FakeChain;
import io.kadlink.protocols.eth.chain.BlockAccessList;
import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.BlockRoots;
import io.kadlink.protocols.eth.chain.CellMask;
import io.kadlink.protocols.eth.chain.ForkFields;
import io.kadlink.protocols.eth.chain.Receipt;
import io.kadlink.protocols.eth.wire.EthCodec;
import io.kadlink.protocols.eth.wire.EthMessage;
import io.kadlink.protocols.eth.wire.EthMessage.BlockAccessLists;
import io.kadlink.protocols.eth.wire.EthMessage.Cells;
import io.kadlink.protocols.eth.wire.EthMessage.GetReceipts;
import io.kadlink.protocols.eth.wire.EthMessage.Receipts;
import io.kadlink.protocols.eth.wire.EthMessage.TransactionCells;
import io.kadlink.protocols.eth.wire.EthSamples;
import io.kadlink.protocols.eth.wire.EthVersion;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.ProtocolViolation;
import io.kadlink.server.Protocol;
import io.kadlink.server.testing.MemoryNetwork;
import io.kadlink.server.testing.TestPeer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.units.bigints.UInt256;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Questions for receipts, access lists and cells, and what is not taken for their answer. */
class ReceiptRequestTest {
  private final MemoryNetwork network = new MemoryNetwork(1);
  private final List<Optional<List<List<Receipt>>>> delivered = new ArrayList<>();

  private final List<Receipt> one = receipts(1, 5);
  private final List<Receipt> two = receipts(3, 40);
  private final BlockHeader blockOne = block(1, one, 100_000);
  private final BlockHeader blockTwo = block(2, two, 100_000);
  private final Asked peer = new Asked(EthVersion.ETH_70);

  /** One end of a session, of which the test plays the other. */
  private final class Asked {
    final EthVersion version;
    final TestPeer session;
    final EthPeer peer;

    Asked(EthVersion version) {
      this.version = version;
      Protocol protocol =
          new Eth(new FakeChain())
              .protocols().stream()
                  .filter(each -> each.version() == version.number())
                  .findFirst()
                  .orElseThrow();
      this.session = TestPeer.speaking(protocol);
      this.peer =
          new EthPeer(
              session,
              protocol,
              version,
              network.loop(),
              new EthMetrics(new SimpleMeterRegistry()),
              Duration.ofSeconds(8),
              changed -> {});
    }

    <T extends EthMessage> T hears(Class<T> type) {
      List<TestPeer.Sent> sent = session.takeSent();
      assertThat(sent).hasSize(1);
      return type.cast(EthCodec.decode(version, sent.getFirst().code(), sent.getFirst().payload()));
    }

    void says(EthMessage message) throws ProtocolViolation {
      peer.receive(Arrival.of(version, message.code(), EthCodec.encode(version, message)));
    }

    void asks(BlockHeader... blocks) {
      peer.requestReceipts(List.of(blocks), delivered::add);
    }
  }

  @ParameterizedTest
  @EnumSource
  void wholeReceiptsAreDelivered(EthVersion version) throws Exception {
    Asked other = new Asked(version);
    other.asks(blockOne, blockTwo);
    GetReceipts request = other.hears(GetReceipts.class);
    assertThat(request.hashes()).containsExactly(blockOne.hash(), blockTwo.hash());
    other.says(new Receipts(request.requestId(), List.of(one, two)));
    assertThat(delivered).containsExactly(Optional.of(List.of(one, two)));
  }

  @Test
  void whatComesInPartsIsAskedForToTheEnd() throws Exception {
    peer.asks(blockOne, blockTwo);
    GetReceipts first = peer.hears(GetReceipts.class);
    peer.says(new Receipts(first.requestId(), true, List.of(one, two.subList(0, 1))));
    GetReceipts second = peer.hears(GetReceipts.class);
    assertThat(second.firstBlockReceiptIndex()).isEqualTo(1);
    assertThat(second.hashes()).containsExactly(blockTwo.hash());
    peer.says(new Receipts(second.requestId(), true, List.of(two.subList(1, 2))));
    GetReceipts third = peer.hears(GetReceipts.class);
    assertThat(third.firstBlockReceiptIndex()).isEqualTo(2);
    assertThat(delivered).isEmpty();
    peer.says(new Receipts(third.requestId(), List.of(two.subList(2, 3))));
    assertThat(delivered).containsExactly(Optional.of(List.of(one, two)));
  }

  @Test
  void aPeerThatHasNoMoreDeliversWhatItHas() throws Exception {
    peer.asks(blockOne, blockTwo);
    peer.says(new Receipts(peer.hears(GetReceipts.class).requestId(), List.of(one)));
    assertThat(delivered).containsExactly(Optional.of(List.of(one)));
  }

  @Test
  void receiptsThatAreNotTheBlocksEndTheSession() throws Exception {
    peer.asks(blockOne, blockTwo);
    peer.says(new Receipts(peer.hears(GetReceipts.class).requestId(), List.of(one, one)));
    assertDropped();
  }

  @Test
  void aPartThatBringsNothingEndsTheSession() throws Exception {
    peer.asks(blockOne);
    peer.says(new Receipts(peer.hears(GetReceipts.class).requestId(), true, List.of(List.of())));
    assertDropped();
  }

  @Test
  void anIncompleteAnswerOfNoBlockEndsTheSession() throws Exception {
    peer.asks(blockOne);
    peer.says(new Receipts(peer.hears(GetReceipts.class).requestId(), true, List.of()));
    assertDropped();
  }

  @Test
  void aPartMayBeAsLongAsTheBlocksGasPaysForAndNoLonger() throws Exception {
    BlockHeader block = block(9, one, 4 * ReceiptRequest.TRANSACTION_GAS);
    peer.asks(block);
    peer.says(
        new Receipts(peer.hears(GetReceipts.class).requestId(), true, List.of(receipts(4, 0))));
    peer.says(
        new Receipts(peer.hears(GetReceipts.class).requestId(), true, List.of(receipts(1, 0))));
    assertDropped();
  }

  @Test
  void aPartMayHaveAsManyBytesOfLogsAsTheBlocksGasPaysForAndNoMore() throws Exception {
    BlockHeader block = block(9, one, 8 * 10_000);
    peer.asks(block);
    peer.says(
        new Receipts(peer.hears(GetReceipts.class).requestId(), true, List.of(receipts(2, 5_000))));
    peer.says(
        new Receipts(peer.hears(GetReceipts.class).requestId(), true, List.of(receipts(1, 1))));
    assertDropped();
  }

  @Test
  void withoutAnAnswerNothingIsDelivered() {
    peer.asks(blockOne);
    network.loop().advance(Duration.ofSeconds(8));
    assertThat(delivered).containsExactly(Optional.empty());
  }

  private void assertDropped() {
    assertThat(peer.session.disconnectedWith()).contains(DisconnectReason.PROTOCOL_BREACH);
    assertThat(delivered).containsExactly(Optional.empty());
  }

  @Test
  void accessListsAreHeldAgainstTheirHeaders() throws Exception {
    Asked other = new Asked(EthVersion.ETH_71);
    List<Optional<List<Optional<BlockAccessList>>>> got = new ArrayList<>();
    BlockAccessList list = EthSamples.accessList(1);
    BlockHeader block = header(1, BlockRoots.NO_OMMERS, 0, Optional.of(list.hash()));
    other.peer.requestAccessLists(List.of(block, block), got::add);
    long id = other.hears(EthMessage.GetBlockAccessLists.class).requestId();
    other.says(new BlockAccessLists(id, List.of(Optional.of(list), Optional.empty())));
    assertThat(got).containsExactly(Optional.of(List.of(Optional.of(list), Optional.empty())));

    other.peer.requestAccessLists(List.of(block), got::add);
    id = other.hears(EthMessage.GetBlockAccessLists.class).requestId();
    other.says(new BlockAccessLists(id, List.of(Optional.of(EthSamples.accessList(2)))));
    assertThat(got.get(1)).isEmpty();
    assertThat(other.session.disconnectedWith()).contains(DisconnectReason.PROTOCOL_BREACH);
  }

  @Test
  void cellsThatWereNotAskedForEndTheSession() throws Exception {
    Bytes32 hash = EthSamples.hash(1);
    CellMask asked = CellMask.of(1, 2);
    TransactionCells cells = new TransactionCells(hash, List.of(EthSamples.cell(1)));
    assertThat(cellsAnswered(asked, new Cells(1, List.of(cells), CellMask.of(2)))).isTrue();
    assertThat(cellsAnswered(asked, new Cells(1, List.of(), CellMask.NONE))).isTrue();
    assertThat(cellsAnswered(asked, new Cells(1, List.of(cells), CellMask.of(3)))).isFalse();
    assertThat(cellsAnswered(asked, new Cells(1, List.of(cells, cells), CellMask.of(2)))).isFalse();
    TransactionCells other = new TransactionCells(EthSamples.hash(9), cells.cells());
    assertThat(cellsAnswered(asked, new Cells(1, List.of(other), CellMask.of(2)))).isFalse();
  }

  @Test
  void cellsOfSixtyFourTransactionsAreAskedForAtOnceAndOfNoMore() {
    Asked other = new Asked(EthVersion.ETH_72);
    List<Bytes32> hashes = new ArrayList<>(Collections.nCopies(64, EthSamples.hash(1)));
    other.peer.requestCells(hashes, CellMask.ALL, answer -> {});
    assertThat(other.hears(EthMessage.GetCells.class).hashes()).hasSize(64);
    hashes.add(EthSamples.hash(2));
    assertThatThrownBy(() -> other.peer.requestCells(hashes, CellMask.ALL, answer -> {}))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whatAVersionDoesNotHaveCanNotBeAskedFor() {
    Asked other = new Asked(EthVersion.ETH_70);
    assertThatThrownBy(() -> other.peer.requestAccessLists(List.of(blockOne), answer -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("eth/70 has no GetBlockAccessLists");
    assertThatThrownBy(
            () -> other.peer.requestCells(List.of(blockOne.hash()), CellMask.ALL, answer -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("eth/70 has no GetCells");
  }

  private boolean cellsAnswered(CellMask asked, Cells answer) throws Exception {
    Asked other = new Asked(EthVersion.ETH_72);
    List<Optional<Cells>> got = new ArrayList<>();
    other.peer.requestCells(List.of(EthSamples.hash(1), EthSamples.hash(2)), asked, got::add);
    other.says(answer);
    boolean taken = got.equals(List.of(Optional.of(answer)));
    assertThat(other.session.disconnectedWith().isEmpty()).isEqualTo(taken);
    return taken;
  }

  private static List<Receipt> receipts(int count, int logBytes) {
    Receipt.Log log =
        new Receipt.Log(EthSamples.hash(1).slice(12), List.of(), Bytes.wrap(new byte[logBytes]));
    return Collections.nCopies(count, new Receipt(2, true, 21_000, List.of(log)));
  }

  private static BlockHeader block(long number, List<Receipt> receipts, long gasUsed) {
    return header(number, BlockRoots.receiptsRoot(receipts), gasUsed, Optional.empty());
  }

  private static BlockHeader header(
      long number, Bytes32 receiptsRoot, long gasUsed, Optional<Bytes32> accessListHash) {
    BlockHeader any = EthSamples.header(number);
    return new BlockHeader(
        any.parentHash(),
        any.ommersHash(),
        any.coinbase(),
        any.stateRoot(),
        any.transactionsRoot(),
        receiptsRoot,
        any.logsBloom(),
        any.difficulty(),
        number,
        any.gasLimit(),
        gasUsed,
        any.timestamp(),
        any.extraData(),
        any.mixHash(),
        any.nonce(),
        accessListHash.isEmpty()
            ? ForkFields.NONE
            : new ForkFields(
                Optional.of(UInt256.ONE),
                Optional.of(Bytes32.ZERO),
                Optional.of(0L),
                Optional.of(0L),
                Optional.of(Bytes32.ZERO),
                Optional.of(BlockRoots.NO_REQUESTS),
                accessListHash,
                Optional.of(1L)));
  }
}
