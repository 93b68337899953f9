package io.kadlink.protocols.eth.rlp;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.units.bigints.UInt256;

/**
 * A cursor over the items of RLP (Ethereum yellow paper, appendix B) that refuses every encoding
 * but the canonical one, so that whatever it accepts encodes again to the same bytes. Hashes depend
 * on that, and Tuweni's reader accepts several encodings of one integer.
 *
 * <p>No length is trusted: a declared length is compared with what is there before anything is
 * read, and results are slices, so reading costs no more memory than the input. Everything wrong
 * with the input ends as {@link InvalidRlpException}. The {@code name} arguments say in its message
 * which field was being read. Not thread-safe.
 */
public final class RlpReader {
  private static final int LONGEST_SHORT = 55;
  private static final int SHORT_STRING = 0x80;
  private static final int LONG_STRING = 0xb7;
  private static final int SHORT_LIST = 0xc0;
  private static final int LONG_LIST = 0xf7;

  /** A length of more bytes than this is over 2^24, more than any message or block. */
  private static final int MAX_LENGTH_BYTES = 3;

  private final byte[] data;
  private final int end;
  private int position;

  // The item at position, as found by examine().
  private boolean itemIsList;
  private int payloadStart;
  private int payloadEnd;

  private RlpReader(byte[] data, int position, int end) {
    this.data = data;
    this.position = position;
    this.end = end;
  }

  /** Reads the items in {@code rlp}; slices refer to its memory where possible. */
  public static RlpReader of(Bytes rlp) {
    return of(rlp.toArrayUnsafe());
  }

  /** Reads the items in {@code rlp}, which must not change afterwards. */
  public static RlpReader of(byte[] rlp) {
    return new RlpReader(rlp, 0, rlp.length);
  }

  /** The items of the one list that {@code rlp} consists of. */
  public static RlpReader ofList(Bytes rlp, String name) {
    return ofList(rlp.toArrayUnsafe(), name);
  }

  /** The items of the one list that {@code rlp}, which must not change afterwards, consists of. */
  public static RlpReader ofList(byte[] rlp, String name) {
    return ofList(rlp, 0, name);
  }

  /** The same from the byte at {@code from} on. */
  public static RlpReader ofList(byte[] rlp, int from, String name) {
    RlpReader outer = new RlpReader(rlp, from, rlp.length);
    RlpReader list = outer.list(name);
    outer.requireEnd(name);
    return list;
  }

  public boolean hasNext() {
    return position < end;
  }

  /** Whether the next item is a list; false when there is none. */
  public boolean nextIsList() {
    return hasNext() && (data[position] & 0xff) >= SHORT_LIST;
  }

  /** How many items are left; the reader is then at its end. */
  public int count() {
    int items = 0;
    while (hasNext()) {
      examine("item");
      position = payloadEnd;
      items++;
    }
    return items;
  }

  /** Enters the next item, a list. */
  public RlpReader list(String name) {
    examine(name);
    if (!itemIsList) {
      throw new InvalidRlpException(name + ": expected a list, found a string");
    }
    position = payloadEnd;
    return new RlpReader(data, payloadStart, payloadEnd);
  }

  /** The next item, a list, each element read by {@code element} from the same cursor. */
  public <T> List<T> list(String name, Function<RlpReader, T> element) {
    RlpReader elements = list(name);
    List<T> result = new ArrayList<>();
    while (elements.hasNext()) {
      result.add(element.apply(elements));
    }
    return result;
  }

  /** The next item as it stands, header included. What is in a list has not been looked at. */
  public Bytes rawItem(String name) {
    examine(name);
    Bytes item = Bytes.wrap(data, position, payloadEnd - position);
    position = payloadEnd;
    return item;
  }

  /** The next item, a string of at most {@code maxBytes}. */
  public Bytes bytes(String name, int maxBytes) {
    examineString(name);
    int length = payloadEnd - payloadStart;
    if (length > maxBytes) {
      throw new InvalidRlpException(name + ": " + length + " bytes, at most " + maxBytes);
    }
    position = payloadEnd;
    return payload();
  }

  /** The next item, a string of exactly {@code size} bytes. */
  public Bytes fixed(String name, int size) {
    examineString(name);
    int length = payloadEnd - payloadStart;
    if (length != size) {
      throw new InvalidRlpException(name + ": " + length + " bytes, expected " + size);
    }
    position = payloadEnd;
    return payload();
  }

  /** The next item, a string of 32 bytes. */
  public Bytes32 bytes32(String name) {
    return Bytes32.wrap(fixed(name, Bytes32.SIZE));
  }

  /** The next item, an unsigned 64-bit integer without leading zeros. */
  public long uint64(String name) {
    examineInteger(name, Long.BYTES);
    long value = 0;
    for (int i = payloadStart; i < payloadEnd; i++) {
      value = value << 8 | (data[i] & 0xff);
    }
    position = payloadEnd;
    return value;
  }

  /** The next item, an unsigned integer without leading zeros, at most {@code max}. */
  public int smallInteger(String name, int max) {
    long value = uint64(name);
    if (Long.compareUnsigned(value, max) > 0) {
      throw new InvalidRlpException(
          name + ": " + Long.toUnsignedString(value) + ", at most " + max);
    }
    return (int) value;
  }

  /** The next item, an unsigned 256-bit integer without leading zeros. */
  public UInt256 uint256(String name) {
    examineInteger(name, UInt256.SIZE);
    UInt256 value = UInt256.fromBytes(payload());
    position = payloadEnd;
    return value;
  }

  /** Throws unless everything has been read. */
  public void requireEnd(String name) {
    if (hasNext()) {
      throw new InvalidRlpException(
          name + ": " + (end - position) + " unexpected bytes at its end");
    }
  }

  private Bytes payload() {
    // Tuweni does not wrap no bytes at the end of an array.
    return payloadStart == payloadEnd
        ? Bytes.EMPTY
        : Bytes.wrap(data, payloadStart, payloadEnd - payloadStart);
  }

  private void examineString(String name) {
    examine(name);
    if (itemIsList) {
      throw new InvalidRlpException(name + ": expected a string, found a list");
    }
  }

  private void examineInteger(String name, int maxBytes) {
    examineString(name);
    int length = payloadEnd - payloadStart;
    if (length > maxBytes) {
      throw new InvalidRlpException(
          name + ": an integer of " + length + " bytes, at most " + maxBytes);
    }
    if (length > 0 && data[payloadStart] == 0) {
      throw new InvalidRlpException(name + ": an integer with leading zeros");
    }
  }

  private void examine(String name) {
    if (!hasNext()) {
      throw new InvalidRlpException(name + ": missing");
    }
    int first = data[position] & 0xff;
    if (first < SHORT_STRING) {
      itemIsList = false;
      payloadStart = position;
      payloadEnd = position + 1;
      return;
    }
    itemIsList = first >= SHORT_LIST;
    int longBase = itemIsList ? LONG_LIST : LONG_STRING;
    int start = position + 1;
    int length = first - (itemIsList ? SHORT_LIST : SHORT_STRING);
    if (first > longBase) {
      int lengthBytes = first - longBase;
      length = longLength(name, start, lengthBytes);
      start += lengthBytes;
    }
    if (length > end - start) {
      throw new InvalidRlpException(name + ": its length reaches past the end");
    }
    if (!itemIsList && length == 1 && (data[start] & 0xff) < SHORT_STRING) {
      throw new InvalidRlpException(name + ": a byte below 0x80 with a length prefix");
    }
    payloadStart = start;
    payloadEnd = start + length;
  }

  private int longLength(String name, int start, int lengthBytes) {
    if (lengthBytes > end - start) {
      throw new InvalidRlpException(name + ": cut short");
    }
    if (data[start] == 0) {
      throw new InvalidRlpException(name + ": a length with leading zeros");
    }
    if (lengthBytes > MAX_LENGTH_BYTES) {
      throw new InvalidRlpException(name + ": its length reaches past the end");
    }
    int length = 0;
    for (int i = 0; i < lengthBytes; i++) {
      length = length << 8 | (data[start + i] & 0xff);
    }
    if (length <= LONGEST_SHORT) {
      throw new InvalidRlpException(name + ": a length that could be shorter");
    }
    return length;
  }
}
