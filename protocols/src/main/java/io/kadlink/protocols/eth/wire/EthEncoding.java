package io.kadlink.protocols.eth.wire;

import io.kadlink.protocols.eth.chain.BlockAccessList;
import io.kadlink.protocols.eth.chain.BlockCodec;
import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.ForkId;
import io.kadlink.protocols.eth.chain.PooledTransactionCodec;
import io.kadlink.protocols.eth.chain.Receipt;
import io.kadlink.protocols.eth.chain.ReceiptCodec;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.chain.TransactionCodec;
import io.kadlink.protocols.eth.wire.EthMessage.BlockAccessLists;
import io.kadlink.protocols.eth.wire.EthMessage.BlockBodies;
import io.kadlink.protocols.eth.wire.EthMessage.BlockHeaders;
import io.kadlink.protocols.eth.wire.EthMessage.BlockRangeUpdate;
import io.kadlink.protocols.eth.wire.EthMessage.Cells;
import io.kadlink.protocols.eth.wire.EthMessage.GetBlockAccessLists;
import io.kadlink.protocols.eth.wire.EthMessage.GetBlockBodies;
import io.kadlink.protocols.eth.wire.EthMessage.GetBlockHeaders;
import io.kadlink.protocols.eth.wire.EthMessage.GetCells;
import io.kadlink.protocols.eth.wire.EthMessage.GetPooledTransactions;
import io.kadlink.protocols.eth.wire.EthMessage.GetReceipts;
import io.kadlink.protocols.eth.wire.EthMessage.NewBlock;
import io.kadlink.protocols.eth.wire.EthMessage.NewBlockHashes;
import io.kadlink.protocols.eth.wire.EthMessage.NewPooledTransactionHashes;
import io.kadlink.protocols.eth.wire.EthMessage.PooledTransactions;
import io.kadlink.protocols.eth.wire.EthMessage.Receipts;
import io.kadlink.protocols.eth.wire.EthMessage.Status68;
import io.kadlink.protocols.eth.wire.EthMessage.Status69;
import io.kadlink.protocols.eth.wire.EthMessage.TransactionAnnouncement;
import io.kadlink.protocols.eth.wire.EthMessage.Transactions;
import java.util.List;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.rlp.RLP;
import org.apache.tuweni.rlp.RLPWriter;
import org.apache.tuweni.units.bigints.UInt256;

/** Messages to bytes, in all versions. */
final class EthEncoding {
  /** EIP-8159: what stands for an access list that is not there. */
  private static final Bytes NONE = Bytes.of(0x80);

  private EthEncoding() {}

  static Bytes encode(EthVersion version, EthMessage message) {
    if (!version.has(MessageCode.since(message.code()))) {
      throw new IllegalArgumentException(version + " has no " + message.name());
    }
    // One array: Tuweni's writer returns a chain of pieces, whose slices don't always add up.
    return Bytes.wrap(RLP.encodeList(writer -> write(version, message, writer)).toArrayUnsafe());
  }

  private static void write(EthVersion version, EthMessage message, RLPWriter writer) {
    switch (message) {
      case Status68 status -> {
        number(writer, status.version());
        number(writer, status.networkId());
        number(writer, status.totalDifficulty());
        writer.writeValue(status.head());
        writer.writeValue(status.genesis());
        writeForkId(writer, status.forkId());
      }
      case Status69 status -> {
        number(writer, status.version());
        number(writer, status.networkId());
        writer.writeValue(status.genesis());
        writeForkId(writer, status.forkId());
        writeRange(writer, status.range());
      }
      case NewBlockHashes announced -> {
        for (BlockId block : announced.blocks()) {
          writer.writeList(
              fields -> {
                fields.writeValue(block.hash());
                number(fields, block.number());
              });
        }
      }
      case Transactions sent -> {
        for (Transaction transaction : sent.transactions()) {
          writer.writeRLP(TransactionCodec.encodeItem(transaction));
        }
      }
      case GetBlockHeaders request -> {
        number(writer, request.requestId());
        writer.writeList(query -> writeQuery(query, request));
      }
      case BlockHeaders response -> {
        number(writer, response.requestId());
        writer.writeList(response.headers(), EthEncoding::writeHeader);
      }
      case GetBlockBodies request -> writeHashes(writer, request.requestId(), request.hashes());
      case BlockBodies response -> {
        number(writer, response.requestId());
        writer.writeList(
            response.bodies(), (items, body) -> items.writeRLP(BlockCodec.encodeBody(body)));
      }
      case NewBlock announced -> {
        writer.writeRLP(BlockCodec.encode(announced.block()));
        number(writer, announced.totalDifficulty());
      }
      case NewPooledTransactionHashes announced -> {
        writeAnnouncements(writer, announced.announcements());
        if (version.has(EthVersion.ETH_72)) {
          writer.writeValue(announced.cells().bits());
        }
      }
      case GetPooledTransactions request ->
          writeHashes(writer, request.requestId(), request.hashes());
      case PooledTransactions response -> {
        number(writer, response.requestId());
        writer.writeList(
            response.transactions(),
            (items, transaction) -> items.writeRLP(PooledTransactionCodec.encodeItem(transaction)));
      }
      case GetReceipts request -> writeGetReceipts(version, writer, request);
      case Receipts response -> {
        number(writer, response.requestId());
        if (version.has(EthVersion.ETH_70)) {
          number(writer, response.lastBlockIncomplete() ? 1 : 0);
        } else if (response.lastBlockIncomplete()) {
          throw new IllegalArgumentException(version + " has no incomplete answers");
        }
        writer.writeList(
            response.receipts(),
            (blocks, receipts) ->
                blocks.writeList(
                    receipts, (items, receipt) -> items.writeRLP(encode(version, receipt))));
      }
      case BlockRangeUpdate update -> writeRange(writer, update.range());
      case GetBlockAccessLists request ->
          writeHashes(writer, request.requestId(), request.hashes());
      case BlockAccessLists response -> {
        number(writer, response.requestId());
        writer.writeList(
            response.accessLists(),
            (lists, list) -> lists.writeRLP(list.map(BlockAccessList::encoded).orElse(NONE)));
      }
      case GetCells request -> {
        writeHashes(writer, request.requestId(), request.hashes());
        writer.writeValue(request.cells().bits());
      }
      case Cells response -> {
        number(writer, response.requestId());
        CellCodec.writeAnswer(writer, response);
      }
    }
  }

  private static void writeGetReceipts(EthVersion version, RLPWriter writer, GetReceipts request) {
    number(writer, request.requestId());
    if (version.has(EthVersion.ETH_70)) {
      number(writer, request.firstBlockReceiptIndex());
    } else if (request.firstBlockReceiptIndex() != 0) {
      throw new IllegalArgumentException(version + " can't ask for a part of a block's receipts");
    }
    writer.writeList(request.hashes(), RLPWriter::writeValue);
  }

  private static Bytes encode(EthVersion version, Receipt receipt) {
    return version.has(EthVersion.ETH_69)
        ? ReceiptCodec.encodeItemWithoutBloom(receipt)
        : ReceiptCodec.encodeItem(receipt);
  }

  private static void writeHeader(RLPWriter writer, BlockHeader header) {
    writer.writeRLP(header.encoded());
  }

  private static void writeForkId(RLPWriter writer, ForkId forkId) {
    writer.writeList(
        fields -> {
          fields.writeValue(forkId.hash());
          number(fields, forkId.next());
        });
  }

  private static void writeRange(RLPWriter writer, BlockRange range) {
    number(writer, range.earliest());
    number(writer, range.latest());
    writer.writeValue(range.latestHash());
  }

  private static void writeQuery(RLPWriter query, GetBlockHeaders request) {
    switch (request.origin()) {
      case GetBlockHeaders.AtNumber at -> number(query, at.number());
      case GetBlockHeaders.AtHash at -> query.writeValue(at.hash());
    }
    number(query, request.limit());
    number(query, request.skip());
    number(query, request.reverse() ? 1 : 0);
  }

  private static void writeHashes(RLPWriter writer, long requestId, List<Bytes32> hashes) {
    number(writer, requestId);
    writer.writeList(hashes, RLPWriter::writeValue);
  }

  private static void writeAnnouncements(
      RLPWriter writer, List<TransactionAnnouncement> announcements) {
    byte[] types = new byte[announcements.size()];
    for (int i = 0; i < types.length; i++) {
      types[i] = (byte) announcements.get(i).type();
    }
    writer.writeValue(Bytes.wrap(types));
    writer.writeList(announcements, (sizes, one) -> number(sizes, one.sizeBytes()));
    writer.writeList(announcements, (hashes, one) -> hashes.writeValue(one.hash()));
  }

  private static void number(RLPWriter writer, long value) {
    writer.writeValue(Bytes.minimalBytes(value));
  }

  private static void number(RLPWriter writer, UInt256 value) {
    writer.writeValue(value.toMinimalBytes());
  }
}
