package io.kadlink.protocols.eth.peer;

import java.util.ArrayList;
import java.util.List;
import org.apache.tuweni.bytes.Bytes;

/**
 * In which order a peer lists the cells of a transaction. The specification (caps/eth.md §Cells)
 * wants them by index; geth 1.17 sends them by blob.
 */
public enum CellOrder {
  /** By rising index, and for each index in the order of the blobs. */
  BY_INDEX,
  /** Blob after blob, of each by rising index. */
  BY_BLOB;

  public CellOrder other() {
    return this == BY_INDEX ? BY_BLOB : BY_INDEX;
  }

  /** What a client of this name is known to do, until it shows otherwise. */
  static CellOrder of(String clientName) {
    return clientName.startsWith("Geth/v1.17.") ? BY_BLOB : BY_INDEX;
  }

  /** The cells by index, when they are listed in this order. */
  public List<Bytes> byIndex(List<Bytes> cells, int blobs) {
    return this == BY_INDEX ? cells : transposed(cells, blobs);
  }

  /** The cells in this order, when they are listed by index. */
  public List<Bytes> fromIndex(List<Bytes> cells, int blobs) {
    return this == BY_INDEX ? cells : transposed(cells, cells.size() / blobs);
  }

  /** What stands in {@code rows} rows, column by column. */
  private static List<Bytes> transposed(List<Bytes> cells, int rows) {
    int columns = cells.size() / rows;
    List<Bytes> turned = new ArrayList<>(cells.size());
    for (int column = 0; column < columns; column++) {
      for (int row = 0; row < rows; row++) {
        turned.add(cells.get(row * columns + column));
      }
    }
    return turned;
  }
}
