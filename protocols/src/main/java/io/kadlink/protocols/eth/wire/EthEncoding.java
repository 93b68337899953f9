package io.kadlink.protocols.eth.wire;

import io.kadlink.protocols.eth.chain.BlockCodec;
import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.ForkId;
import io.kadlink.protocols.eth.chain.Receipt;
import io.kadlink.protocols.eth.chain.ReceiptCodec;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.chain.TransactionCodec;
import io.kadlink.protocols.eth.wire.EthMessage.BlockBodies;
import io.kadlink.protocols.eth.wire.EthMessage.BlockHeaders;
import io.kadlink.protocols.eth.wire.EthMessage.BlockRangeUpdate;
import io.kadlink.protocols.eth.wire.EthMessage.GetBlockBodies;
import io.kadlink.protocols.eth.wire.EthMessage.GetBlockHeaders;
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
  private EthEncoding() {}

  static Bytes encode(EthVersion version, EthMessage message) {
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
      case NewPooledTransactionHashes announced ->
          writeAnnouncements(writer, announced.announcements());
      case GetPooledTransactions request ->
          writeHashes(writer, request.requestId(), request.hashes());
      case PooledTransactions response -> {
        number(writer, response.requestId());
        writer.writeList(
            response.transactions(),
            (items, transaction) -> items.writeRLP(TransactionCodec.encodeItem(transaction)));
      }
      case GetReceipts request -> writeHashes(writer, request.requestId(), request.hashes());
      case Receipts response -> {
        number(writer, response.requestId());
        writer.writeList(
            response.receipts(),
            (blocks, receipts) ->
                blocks.writeList(
                    receipts, (items, receipt) -> items.writeRLP(encode(version, receipt))));
      }
      case BlockRangeUpdate update -> writeRange(writer, update.range());
    }
  }

  private static Bytes encode(EthVersion version, Receipt receipt) {
    return switch (version) {
      case ETH_68 -> ReceiptCodec.encodeItem(receipt);
      case ETH_69 -> ReceiptCodec.encodeItemWithoutBloom(receipt);
    };
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
