package io.kadlink.discovery.v5;

import org.apache.tuweni.bytes.Bytes;

/**
 * Walks over the items of an RLP list in place. Every packet passes here, so nothing is copied or
 * made but what is asked for. Only canonical encodings are taken.
 */
final class RlpCursor {
  private static final int SHORT_STRING = 0x80;
  private static final int LONG_STRING = 0xb7;
  private static final int SHORT_LIST = 0xc0;
  private static final int LONG_LIST = 0xf7;
  private static final int LONGEST_SHORT = 55;

  private final byte[] data;
  private final int end;
  private int position;

  /** Of the item that was looked at last. */
  private boolean list;

  private int start;
  private int length;

  private RlpCursor(byte[] data, int position, int end) {
    this.data = data;
    this.position = position;
    this.end = end;
  }

  /** Into the list at {@code offset}; what stands behind the list is ignored. */
  static RlpCursor ofList(byte[] data, int offset) throws BadPacketException {
    return new RlpCursor(data, offset, data.length).list();
  }

  boolean hasNext() {
    return position < end;
  }

  /** Into the next item, a list. */
  RlpCursor list() throws BadPacketException {
    next();
    if (!list) {
      throw new BadPacketException(DropReason.BAD_MESSAGE);
    }
    return new RlpCursor(data, start, start + length);
  }

  /** The next item, a string of at most {@code maxBytes}. */
  Bytes string(int maxBytes) throws BadPacketException {
    next();
    if (list || length > maxBytes) {
      throw new BadPacketException(DropReason.BAD_MESSAGE);
    }
    return length == 0 ? Bytes.EMPTY : Bytes.wrap(data, start, length);
  }

  /**
   * The next item, an unsigned number of at most 64 bits. Leading zeros are forgiven, since some
   * clients write numbers of fixed size.
   */
  long number() throws BadPacketException {
    next();
    if (list || length > Long.BYTES) {
      throw new BadPacketException(DropReason.BAD_MESSAGE);
    }
    long value = 0;
    for (int i = start; i < start + length; i++) {
      value = (value << Byte.SIZE) | (data[i] & 0xff);
    }
    return value;
  }

  /** The next item, a list of at most {@code maxBytes}, undecoded. */
  Bytes rawList(int maxBytes) throws BadPacketException {
    int before = position;
    next();
    if (!list || position - before > maxBytes) {
      throw new BadPacketException(DropReason.BAD_MESSAGE);
    }
    return Bytes.wrap(data, before, position - before);
  }

  private void next() throws BadPacketException {
    if (position >= end) {
      throw new BadPacketException(DropReason.BAD_MESSAGE);
    }
    int first = data[position] & 0xff;
    if (first < SHORT_STRING) {
      set(false, position, 1);
      return;
    }
    boolean isList = first >= SHORT_LIST;
    int bytes = first - (isList ? SHORT_LIST : SHORT_STRING);
    if (bytes <= LONGEST_SHORT) {
      set(isList, position + 1, bytes);
      if (!isList && bytes == 1 && (data[start] & 0xff) < SHORT_STRING) {
        throw new BadPacketException(DropReason.BAD_MESSAGE);
      }
    } else {
      int lengthBytes = first - (isList ? LONG_LIST : LONG_STRING);
      set(isList, position + 1 + lengthBytes, longLength(lengthBytes));
    }
  }

  private void set(boolean isList, int from, int bytes) throws BadPacketException {
    if (bytes > end - from) {
      throw new BadPacketException(DropReason.BAD_MESSAGE);
    }
    list = isList;
    start = from;
    length = bytes;
    position = from + bytes;
  }

  /** No datagram has a length of more than two bytes. */
  private int longLength(int lengthBytes) throws BadPacketException {
    if (lengthBytes > Short.BYTES || lengthBytes > end - position - 1) {
      throw new BadPacketException(DropReason.BAD_MESSAGE);
    }
    int value = 0;
    for (int i = 1; i <= lengthBytes; i++) {
      value = (value << Byte.SIZE) | (data[position + i] & 0xff);
    }
    if (value <= LONGEST_SHORT || (lengthBytes == Short.BYTES && value <= 0xff)) {
      throw new BadPacketException(DropReason.BAD_MESSAGE);
    }
    return value;
  }
}
