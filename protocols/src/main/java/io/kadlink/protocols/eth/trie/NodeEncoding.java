package io.kadlink.protocols.eth.trie;

import io.kadlink.protocols.eth.rlp.RlpSize;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;

/**
 * The RLP of trie nodes, written in place. A state root takes some thousand of them a second, most
 * with seventeen items; the general writer keeps an object for each.
 */
final class NodeEncoding {
  /** A hash as an RLP string. */
  static final int HASH_REFERENCE_BYTES = 1 + Bytes32.SIZE;

  private static final int SHORT = 55;
  private static final int STRING = 0x80;
  private static final int LIST = 0xc0;

  private NodeEncoding() {}

  /** An array that begins with the header of a list with so many bytes in it. */
  static byte[] list(long payloadBytes) {
    byte[] out = new byte[(int) RlpSize.withHeader(payloadBytes)];
    putHeader(out, 0, LIST, (int) payloadBytes);
    return out;
  }

  /** Where the items of such a list begin. */
  static int payload(byte[] list) {
    int first = list[0] & 0xff;
    return first <= LIST + SHORT ? 1 : 1 + first - LIST - SHORT;
  }

  /** Writes a string; returns where it ends. */
  static int putString(byte[] out, int at, Bytes value) {
    int size = value.size();
    if (size == 1 && (value.get(0) & 0xff) < STRING) {
      out[at] = value.get(0);
      return at + 1;
    }
    int from = putHeader(out, at, STRING, size);
    System.arraycopy(value.toArrayUnsafe(), 0, out, from, size);
    return from + size;
  }

  static int putHash(byte[] out, int at, Bytes32 hash) {
    out[at] = (byte) (STRING + Bytes32.SIZE);
    System.arraycopy(hash.toArrayUnsafe(), 0, out, at + 1, Bytes32.SIZE);
    return at + HASH_REFERENCE_BYTES;
  }

  private static int putHeader(byte[] out, int at, int kind, int size) {
    if (size <= SHORT) {
      out[at] = (byte) (kind + size);
      return at + 1;
    }
    int lengthBytes = (Integer.SIZE - Integer.numberOfLeadingZeros(size) + 7) / 8;
    out[at] = (byte) (kind + SHORT + lengthBytes);
    for (int i = 0; i < lengthBytes; i++) {
      out[at + 1 + i] = (byte) (size >>> (8 * (lengthBytes - 1 - i)));
    }
    return at + 1 + lengthBytes;
  }
}
