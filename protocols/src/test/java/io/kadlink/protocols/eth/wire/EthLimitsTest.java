package io.kadlink.protocols.eth.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kadlink.protocols.eth.chain.BlockAccessList;
import io.kadlink.protocols.eth.chain.BlockBody;
import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.CellMask;
import io.kadlink.protocols.eth.chain.PooledTransaction;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.rlp.InvalidRlpException;
import io.kadlink.protocols.eth.wire.EthMessage.BlockAccessLists;
import io.kadlink.protocols.eth.wire.EthMessage.BlockBodies;
import io.kadlink.protocols.eth.wire.EthMessage.BlockHeaders;
import io.kadlink.protocols.eth.wire.EthMessage.Cells;
import io.kadlink.protocols.eth.wire.EthMessage.GetBlockAccessLists;
import io.kadlink.protocols.eth.wire.EthMessage.GetBlockBodies;
import io.kadlink.protocols.eth.wire.EthMessage.GetCells;
import io.kadlink.protocols.eth.wire.EthMessage.GetPooledTransactions;
import io.kadlink.protocols.eth.wire.EthMessage.GetReceipts;
import io.kadlink.protocols.eth.wire.EthMessage.NewBlockHashes;
import io.kadlink.protocols.eth.wire.EthMessage.NewPooledTransactionHashes;
import io.kadlink.protocols.eth.wire.EthMessage.PooledTransactions;
import io.kadlink.protocols.eth.wire.EthMessage.Receipts;
import io.kadlink.protocols.eth.wire.EthMessage.TransactionAnnouncement;
import io.kadlink.protocols.eth.wire.EthMessage.TransactionCells;
import io.kadlink.protocols.eth.wire.EthMessage.Transactions;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.rlp.RLP;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** How much a message may carry, on both sides of each edge. */
class EthLimitsTest {
  private static final EthVersion VERSION = EthVersion.ETH_72;
  private static final Bytes32 HASH = EthSamples.hash(1);
  private static final BlockHeader HEADER = EthSamples.header(1);
  private static final Transaction TRANSFER = EthSamples.legacyTransfer(1);

  static List<Arguments> lists() {
    return List.of(
        list(EthLimits.MAX_HEADERS, n -> new BlockHeaders(1, copies(n, HEADER))),
        list(
            EthLimits.MAX_BODIES,
            n ->
                new BlockBodies(
                    1, copies(n, new BlockBody(List.of(), List.of(), Optional.empty())))),
        list(EthLimits.MAX_RECEIPT_LISTS, n -> new Receipts(1, copies(n, List.of()))),
        list(EthLimits.MAX_ACCESS_LISTS, n -> new BlockAccessLists(1, copies(n, Optional.empty()))),
        list(EthLimits.MAX_TRANSACTIONS, n -> new Transactions(copies(n, TRANSFER))),
        list(
            EthLimits.MAX_TRANSACTIONS,
            n -> new PooledTransactions(1, copies(n, PooledTransaction.of(TRANSFER)))),
        list(EthLimits.MAX_HASHES, n -> new GetBlockBodies(1, copies(n, HASH))),
        list(EthLimits.MAX_HASHES, n -> new GetReceipts(1, copies(n, HASH))),
        list(EthLimits.MAX_HASHES, n -> new GetPooledTransactions(1, copies(n, HASH))),
        list(EthLimits.MAX_HASHES, n -> new GetBlockAccessLists(1, copies(n, HASH))),
        list(
            EthLimits.MAX_HASHES,
            n ->
                new NewPooledTransactionHashes(
                    copies(n, new TransactionAnnouncement(2, 100, HASH)))),
        list(
            EthLimits.MAX_BLOCK_ANNOUNCEMENTS,
            n -> new NewBlockHashes(copies(n, new BlockId(1, HASH)))),
        list(
            EthLimits.MAX_CELL_TRANSACTIONS, n -> new GetCells(1, copies(n, HASH), CellMask.of(1))),
        list(
            EthLimits.MAX_CELL_TRANSACTIONS,
            n ->
                new Cells(
                    1,
                    copies(n, new TransactionCells(HASH, List.of(EthSamples.cell(1)))),
                    CellMask.of(1))),
        // Six blobs at all indices, of one transaction.
        list(6 * 128, n -> cells(n, CellMask.ALL)));
  }

  @ParameterizedTest
  @MethodSource("lists")
  void aMessageWithAsManyAsAllowedIsReadAndOneMoreIsRefused(
      IntFunction<EthMessage> message, int max) {
    EthMessage full = message.apply(max);
    Bytes encoded = EthCodec.encode(VERSION, full);
    assertThat(EthCodec.decode(VERSION, full.code(), encoded)).isEqualTo(full);
    assertRefused(message.apply(max + 1));
  }

  @Test
  void cellsAreAsManyForEachBlobAsTheMaskHasIndices() {
    for (int cells : new int[] {3, 6, 18}) {
      Cells fitting = cells(cells, CellMask.of(1, 2, 3));
      assertThat(EthCodec.decode(VERSION, MessageCode.CELLS, EthCodec.encode(VERSION, fitting)))
          .isEqualTo(fitting);
    }
    for (int cells : new int[] {0, 1, 2, 4, 19}) {
      assertRefused(cells(cells, CellMask.of(1, 2, 3)));
    }
    assertRefused(cells(1, CellMask.NONE));
  }

  @Test
  void aMessageOfTenMebibytesIsReadAndOneByteMoreIsRefused() {
    int around = 4 + 1 + 4; // Two lists' headers and a request id.
    BlockAccessLists full = accessListOf(EthLimits.MAX_MESSAGE_BYTES - around);
    Bytes encoded = EthCodec.encode(VERSION, full);
    assertThat(encoded.size()).isEqualTo(EthLimits.MAX_MESSAGE_BYTES);
    assertThat(EthCodec.decode(VERSION, full.code(), encoded)).isEqualTo(full);
    BlockAccessLists over = accessListOf(EthLimits.MAX_MESSAGE_BYTES - around + 1);
    assertThatThrownBy(() -> EthCodec.decode(VERSION, over.code(), EthCodec.encode(VERSION, over)))
        .isInstanceOf(InvalidRlpException.class)
        .hasMessageContaining("at most 10485760");
  }

  private static BlockAccessLists accessListOf(int bytes) {
    Bytes content = RLP.encodeValue(Bytes.wrap(new byte[bytes - 8]));
    Bytes list = RLP.encodeList(writer -> writer.writeRLP(content));
    assertThat(list.size()).isEqualTo(bytes);
    return new BlockAccessLists(1, List.of(Optional.of(new BlockAccessList(list))));
  }

  private static Cells cells(int count, CellMask mask) {
    List<Bytes> cells = Collections.nCopies(count, EthSamples.cell(1));
    return new Cells(1, List.of(new TransactionCells(HASH, cells)), mask);
  }

  private static void assertRefused(EthMessage message) {
    Bytes encoded = EthCodec.encode(VERSION, message);
    assertThatThrownBy(() -> EthCodec.decode(VERSION, message.code(), encoded))
        .as(message.name())
        .isInstanceOf(InvalidRlpException.class);
  }

  private static Arguments list(int max, IntFunction<EthMessage> message) {
    return Arguments.of(Named.of(message.apply(0).name(), message), max);
  }

  private static <T> List<T> copies(int count, T item) {
    return Collections.nCopies(count, item);
  }
}
