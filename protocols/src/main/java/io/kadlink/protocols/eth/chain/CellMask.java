package io.kadlink.protocols.eth.chain;

import java.util.ArrayList;
import java.util.List;
import org.apache.tuweni.bytes.Bytes;

/**
 * A set of cell indices, which name the same cell of each blob of a transaction (EIP-8070). Index
 * {@code i} is bit {@code i % 8} of byte {@code i / 8}, counted from the lowest.
 *
 * @param bits {@value #BYTES} bytes
 */
public record CellMask(Bytes bits) {
  /** One bit for each cell of a blob. */
  public static final int BYTES = BlobSidecar.CELLS_PER_BLOB / Byte.SIZE;

  /** No cells. */
  public static final CellMask NONE = new CellMask(Bytes.wrap(new byte[BYTES]));

  /** All cells. */
  public static final CellMask ALL = new CellMask(Bytes.repeat((byte) 0xff, BYTES));

  public CellMask {
    if (bits.size() != BYTES) {
      throw new IllegalArgumentException("a cell mask has 16 bytes, not " + bits.size());
    }
  }

  /**
   * The set of these indices.
   *
   * @param indices 0 to 127
   */
  public static CellMask of(int... indices) {
    byte[] bits = new byte[BYTES];
    for (int index : indices) {
      bits[index / Byte.SIZE] |= (byte) (1 << index % Byte.SIZE);
    }
    return new CellMask(Bytes.wrap(bits));
  }

  /** Whether the set has this index, 0 to 127. */
  public boolean has(int index) {
    return (bits.get(index / Byte.SIZE) >> index % Byte.SIZE & 1) == 1;
  }

  /** How many there are. */
  public int count() {
    int count = 0;
    for (int i = 0; i < BYTES; i++) {
      count += Integer.bitCount(bits.get(i) & 0xff);
    }
    return count;
  }

  /** All of them, rising. */
  public List<Integer> indices() {
    List<Integer> indices = new ArrayList<>();
    for (int i = 0; i < BlobSidecar.CELLS_PER_BLOB; i++) {
      if (has(i)) {
        indices.add(i);
      }
    }
    return indices;
  }

  /** Whether {@code other} has all of them. */
  public boolean isWithin(CellMask other) {
    return bits.and(other.bits).equals(bits);
  }
}
