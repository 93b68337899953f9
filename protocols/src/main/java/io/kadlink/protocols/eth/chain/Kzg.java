package io.kadlink.protocols.eth.chain;

import java.util.List;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;

/**
 * The polynomial commitments that blobs and their cells are proven by (EIP-4844, EIP-7594). Calls
 * take milliseconds for each blob, some take hundreds, so none is made on a loop. Thread-safe.
 *
 * <p>Cells of several blobs stand in one list in the order of {@code EthMessage.TransactionCells}:
 * by rising index, and for each index in the order of the blobs.
 */
public interface Kzg {
  /** With as many cells of a blob, the others follow from them (EIP-7594). */
  int CELLS_TO_RECOVER = BlobSidecar.CELLS_PER_BLOB / 2;

  /**
   * Whether a sidecar's proofs, in either form, show that its blobs are those it commits to.
   *
   * @param sidecar with all its blobs, as many commitments, and the proofs its form asks for; false
   *     when it isn't
   */
  boolean verify(BlobSidecar sidecar);

  /**
   * Whether cells are those of the blobs that a sidecar commits to.
   *
   * @param sidecar in {@link BlobSidecar.Form#CELL_PROOFS}; its blobs are not looked at
   * @param mask which cells there are of each blob
   * @param cells of all its blobs; false when there are not as many as mask and commitments say
   */
  boolean verifyCells(BlobSidecar sidecar, CellMask mask, List<Bytes> cells);

  /**
   * Cells of blobs.
   *
   * @throws IllegalArgumentException when a blob is not one (a field element above the modulus)
   */
  List<Bytes> cells(List<Bytes> blobs, CellMask mask);

  /**
   * Puts blobs together from some of their cells, which have been verified.
   *
   * @param cells of each blob those of {@code mask}, at least {@value #CELLS_TO_RECOVER}
   * @return empty when they are too few, or are not cells
   */
  Optional<List<Bytes>> recover(CellMask mask, List<Bytes> cells);

  /**
   * The same sidecar proven cell by cell, as it travels since Osaka; a tenth of a second or more
   * for each blob.
   *
   * @param sidecar verified, with its blobs
   */
  BlobSidecar withCellProofs(BlobSidecar sidecar);
}
