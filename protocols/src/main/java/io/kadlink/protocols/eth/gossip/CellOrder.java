package io.kadlink.protocols.eth.gossip;

import java.util.ArrayList;
import java.util.List;
import org.apache.tuweni.bytes.Bytes;

/**
 * In which order a peer lists the cells of a transaction. The specification (caps/eth.md §Cells)
 * wants them by index; geth 1.17 sends them by blob.
 */
enum CellOrder {
  /** By rising index, and for each index in the order of the blobs. */
  BY_INDEX,
  /** Blob after blob, of each by rising index. */
  BY_BLOB;

  CellOrder other() {
    return this == BY_INDEX ? BY_BLOB : BY_INDEX;
  }

  /** The cells by index, when they are listed in this order. */
  List<Bytes> byIndex(List<Bytes> cells, int blobs) {
    if (this == BY_INDEX || blobs == 1) {
      return cells;
    }
    int indices = cells.size() / blobs;
    List<Bytes> sorted = new ArrayList<>(cells.size());
    for (int index = 0; index < indices; index++) {
      for (int blob = 0; blob < blobs; blob++) {
        sorted.add(cells.get(blob * indices + index));
      }
    }
    return sorted;
  }
}
