package io.kadlink.protocols.eth.wire;

import io.kadlink.protocols.eth.chain.BlobSidecar;
import io.kadlink.protocols.eth.chain.CellMask;
import io.kadlink.protocols.eth.rlp.InvalidRlpException;
import io.kadlink.protocols.eth.rlp.RlpReader;
import io.kadlink.protocols.eth.wire.EthMessage.Cells;
import io.kadlink.protocols.eth.wire.EthMessage.GetCells;
import io.kadlink.protocols.eth.wire.EthMessage.TransactionCells;
import java.util.ArrayList;
import java.util.List;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.rlp.RLPWriter;

/** The messages about cells (EIP-8070): bytes to records and back. */
final class CellCodec {
  private CellCodec() {}

  static CellMask readMask(RlpReader reader) {
    return new CellMask(reader.fixed("cells", CellMask.BYTES).copy());
  }

  static GetCells readRequest(RlpReader reader) {
    return new GetCells(
        reader.uint64("request-id"),
        EthCodec.hashes(reader, EthLimits.MAX_CELL_TRANSACTIONS),
        readMask(reader));
  }

  /** The mask stands last, and says how many cells there have to be before. */
  static Cells readAnswer(RlpReader reader) {
    long requestId = reader.uint64("request-id");
    List<Bytes32> hashes = EthCodec.hashes(reader, EthLimits.MAX_CELL_TRANSACTIONS);
    List<List<Bytes>> groups =
        EthCodec.list(
            reader, "cells", EthLimits.MAX_CELL_TRANSACTIONS, CellCodec::readTransactionCells);
    CellMask mask = readMask(reader);
    if (groups.size() != hashes.size()) {
      throw new InvalidRlpException(
          "cells of " + groups.size() + " transactions for " + hashes.size() + " hashes");
    }
    int forEachBlob = mask.count();
    List<TransactionCells> transactions = new ArrayList<>(hashes.size());
    for (int i = 0; i < hashes.size(); i++) {
      int cells = groups.get(i).size();
      if (forEachBlob == 0 ? cells > 0 : cells == 0 || cells % forEachBlob != 0) {
        throw new InvalidRlpException(
            cells + " cells of a transaction, " + forEachBlob + " for each blob");
      }
      transactions.add(new TransactionCells(hashes.get(i), groups.get(i)));
    }
    return new Cells(requestId, transactions, mask);
  }

  private static List<Bytes> readTransactionCells(RlpReader groups) {
    return EthCodec.list(
        groups,
        "transaction's cells",
        BlobSidecar.MAX_BLOBS * BlobSidecar.CELLS_PER_BLOB,
        items -> items.fixed("cell", BlobSidecar.CELL_BYTES));
  }

  static void writeAnswer(RLPWriter writer, Cells answer) {
    writer.writeList(
        answer.transactions(), (hashes, transaction) -> hashes.writeValue(transaction.hash()));
    writer.writeList(
        answer.transactions(),
        (groups, transaction) -> groups.writeList(transaction.cells(), RLPWriter::writeValue));
    writer.writeValue(answer.cells().bits());
  }
}
