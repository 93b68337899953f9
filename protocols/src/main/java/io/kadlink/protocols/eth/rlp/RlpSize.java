package io.kadlink.protocols.eth.rlp;

import org.apache.tuweni.bytes.Bytes;

/** How many bytes an item of RLP takes, header included, without encoding it. */
public final class RlpSize {
  private static final int LONGEST_SHORT = 55;
  private static final int SHORT_STRING = 0x80;

  private RlpSize() {}

  /** A string. */
  public static long ofString(Bytes string) {
    return string.size() == 1 && (string.get(0) & 0xff) < SHORT_STRING
        ? 1
        : withHeader(string.size());
  }

  /** An unsigned 64-bit integer. */
  public static long ofNumber(long number) {
    return Long.compareUnsigned(number, SHORT_STRING) < 0 ? 1 : 1 + bytesOf(number);
  }

  /** A list, or a string of more than one byte, whose contents take {@code bytes}. */
  public static long withHeader(long bytes) {
    return bytes + (bytes <= LONGEST_SHORT ? 1 : 1 + bytesOf(bytes));
  }

  private static int bytesOf(long number) {
    return (Long.SIZE - Long.numberOfLeadingZeros(number) + Byte.SIZE - 1) / Byte.SIZE;
  }
}
