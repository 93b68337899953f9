package io.kadlink.identity;

import java.util.ArrayList;
import java.util.List;
import org.apache.tuweni.bytes.Bytes;

/**
 * Splits RLP into its items and refuses every encoding that is not the one canonical one. Tuweni
 * reads several encodings of the same value, which a signed record must not allow, and does not
 * hand out an item as raw bytes.
 */
final class CanonicalRlp {
  private static final int LONGEST_SHORT = 55;
  private static final int SHORT_STRING = 0x80;
  private static final int LONG_STRING = 0xb7;
  private static final int SHORT_LIST = 0xc0;
  private static final int LONG_LIST = 0xf7;

  /** Where one item's payload begins and ends. */
  private record Extent(boolean list, int start, int end) {}

  private CanonicalRlp() {}

  /**
   * The raw items of the one list that {@code rlp} holds. Costs no more memory than {@code rlp};
   * recursion is as deep as the nesting, so the caller bounds the size.
   *
   * @throws InvalidRecordException when it is anything but one canonically encoded list
   */
  static List<Bytes> listItems(Bytes rlp) {
    Extent extent = extent(rlp, 0, rlp.size());
    if (!extent.list()) {
      throw new InvalidRecordException("expected an RLP list");
    }
    if (extent.end() != rlp.size()) {
      throw new InvalidRecordException((rlp.size() - extent.end()) + " bytes after the RLP list");
    }
    List<Bytes> items = new ArrayList<>();
    int position = extent.start();
    while (position < extent.end()) {
      int end = checkedEnd(rlp, position, extent.end());
      items.add(rlp.slice(position, end - position));
      position = end;
    }
    return items;
  }

  /** Throws unless {@code rlp} is exactly one canonically encoded item. */
  static void requireOneItem(Bytes rlp) {
    if (checkedEnd(rlp, 0, rlp.size()) != rlp.size()) {
      throw new InvalidRecordException("expected exactly one RLP item");
    }
  }

  static boolean isList(Bytes item) {
    return (item.get(0) & 0xff) >= SHORT_LIST;
  }

  /** The payload of a string item that {@link #listItems} returned. */
  static Bytes string(Bytes item) {
    Extent extent = extent(item, 0, item.size());
    if (extent.list()) {
      throw new InvalidRecordException("expected an RLP string, found a list");
    }
    return item.slice(extent.start(), extent.end() - extent.start());
  }

  /**
   * A copy in one array. Tuweni joins what it encodes lazily, and a slice across the joints throws
   * when it is copied (2.7.2); single bytes of it can be read.
   */
  static Bytes flatCopy(Bytes bytes) {
    byte[] copy = new byte[bytes.size()];
    for (int i = 0; i < copy.length; i++) {
      copy[i] = bytes.get(i);
    }
    return Bytes.wrap(copy);
  }

  private static int checkedEnd(Bytes rlp, int position, int limit) {
    Extent extent = extent(rlp, position, limit);
    if (extent.list()) {
      int inner = extent.start();
      while (inner < extent.end()) {
        inner = checkedEnd(rlp, inner, extent.end());
      }
    }
    return extent.end();
  }

  private static Extent extent(Bytes rlp, int position, int limit) {
    if (position >= limit) {
      throw new InvalidRecordException("the RLP is cut short");
    }
    int first = rlp.get(position) & 0xff;
    if (first < SHORT_STRING) {
      return new Extent(false, position, position + 1);
    }
    boolean list = first >= SHORT_LIST;
    int shortBase = list ? SHORT_LIST : SHORT_STRING;
    int longBase = list ? LONG_LIST : LONG_STRING;
    int start = position + 1;
    int length = first - shortBase;
    if (first > longBase) {
      int lengthBytes = first - longBase;
      start += lengthBytes;
      length = longLength(rlp, position + 1, lengthBytes, limit);
    }
    if (length > limit - start) {
      throw new InvalidRecordException("an RLP length reaches past the end");
    }
    if (!list && length == 1 && (rlp.get(start) & 0xff) < SHORT_STRING) {
      throw new InvalidRecordException("an RLP byte below 0x80 has a length prefix");
    }
    return new Extent(list, start, start + length);
  }

  private static int longLength(Bytes rlp, int position, int lengthBytes, int limit) {
    if (lengthBytes > limit - position) {
      throw new InvalidRecordException("the RLP is cut short");
    }
    if (rlp.get(position) == 0) {
      throw new InvalidRecordException("an RLP length has leading zeros");
    }
    if (lengthBytes > 3) {
      throw new InvalidRecordException("an RLP length reaches past the end");
    }
    int length = 0;
    for (int i = 0; i < lengthBytes; i++) {
      length = length << 8 | (rlp.get(position + i) & 0xff);
    }
    if (length <= LONGEST_SHORT) {
      throw new InvalidRecordException("an RLP length could be shorter");
    }
    return length;
  }
}
