package io.kadlink.protocols.eth.pool;

import io.kadlink.protocols.eth.chain.BlobSidecar;
import io.kadlink.protocols.eth.chain.CellMask;
import io.kadlink.protocols.eth.chain.Kzg;
import io.kadlink.protocols.eth.chain.PooledTransaction;
import io.kadlink.protocols.eth.chain.PooledTransactionCodec;
import io.kadlink.protocols.eth.chain.TransactionPayload;
import io.kadlink.protocols.eth.rlp.InvalidRlpException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Blob transactions with their sidecars, and apart from them the cells of those that are proven by
 * cells: computed once, by index and for each index in the order of the blobs, so that an answer is
 * read and not computed.
 */
final class BlobShelf {
  private static final Logger LOG = LoggerFactory.getLogger(BlobShelf.class);

  private static final String CELLS = ".cells";

  private final Shelf shelf;

  /** On a shelf that is emptied: what another process has left is not verified. */
  BlobShelf(Shelf shelf) {
    this.shelf = shelf;
    shelf.names().forEach(shelf::remove);
  }

  /** What {@link #put} is given. */
  record Verified(PooledTransaction pooled, Bytes cells) {
    /** What it takes on the shelf. */
    long bytes() {
      return PooledTransactionCodec.bytes(pooled) + (long) cells.size();
    }
  }

  /** Verifies a sidecar, milliseconds for each blob; empty when it does not hold. */
  static Optional<Verified> verify(PooledTransaction pooled, Kzg kzg) {
    BlobSidecar sidecar = pooled.sidecar().orElseThrow();
    if (sidecar.form() == BlobSidecar.Form.BLOB_PROOFS) {
      return kzg.verify(sidecar)
          ? Optional.of(new Verified(pooled, Bytes.EMPTY))
          : Optional.empty();
    }
    List<Bytes> cells;
    try {
      cells = kzg.cells(sidecar.blobs(), CellMask.ALL);
    } catch (IllegalArgumentException e) {
      LOG.debug("{} has no blobs", pooled.transaction(), e);
      return Optional.empty();
    }
    return kzg.verifyCells(sidecar, CellMask.ALL, cells)
        ? Optional.of(new Verified(pooled, Bytes.concatenate(cells)))
        : Optional.empty();
  }

  void put(Verified verified) throws IOException {
    String name = name(verified.pooled().hash());
    if (!verified.cells().isEmpty()) {
      shelf.put(name + CELLS, verified.cells());
    }
    shelf.put(name, PooledTransactionCodec.encode(verified.pooled()));
  }

  Optional<PooledTransaction> get(Bytes32 hash) {
    try {
      return shelf.get(name(hash)).map(PooledTransactionCodec::decode);
    } catch (InvalidRlpException e) {
      LOG.warn("the file of blob transaction {} is damaged", hash, e);
      return Optional.empty();
    }
  }

  /** Cells in the order of {@code EthMessage.TransactionCells}. */
  Optional<List<Bytes>> cells(TransactionPayload.Blob payload, Bytes32 hash, CellMask mask) {
    int blobs = payload.blobVersionedHashes().size();
    int bytesPerIndex = blobs * BlobSidecar.CELL_BYTES;
    List<Bytes> cells = new ArrayList<>();
    for (int index : mask.indices()) {
      Optional<Bytes> ofIndex =
          shelf.get(name(hash) + CELLS, (long) index * bytesPerIndex, bytesPerIndex);
      if (ofIndex.isEmpty()) {
        return Optional.empty();
      }
      for (int blob = 0; blob < blobs; blob++) {
        cells.add(ofIndex.get().slice(blob * BlobSidecar.CELL_BYTES, BlobSidecar.CELL_BYTES));
      }
    }
    return Optional.of(cells);
  }

  void remove(Bytes32 hash) {
    shelf.remove(name(hash));
    shelf.remove(name(hash) + CELLS);
  }

  private static String name(Bytes32 hash) {
    return hash.toUnprefixedHexString();
  }
}
