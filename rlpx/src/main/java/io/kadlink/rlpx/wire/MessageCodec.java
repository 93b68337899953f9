package io.kadlink.rlpx.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.Arrays;
import org.apache.tuweni.bytes.Bytes;

/**
 * Frame data: a message id and its payload, compressed or not (rlpx.md §Message Encoding).
 * Stateless.
 */
public final class MessageCodec {
  /** rlpx.md: "messages carrying uncompressed data larger than 16 MiB should be rejected". */
  public static final int MAX_PAYLOAD_BYTES = 16 * 1024 * 1024;

  /** The most that others take: geth refuses the 16 MiB themselves. */
  public static final int MAX_SENT_PAYLOAD_BYTES = MAX_PAYLOAD_BYTES - 1;

  /** The size of a frame travels in 24 bits. */
  public static final int MAX_FRAME_BYTES = (1 << 24) - 1;

  /** Three bytes of RLP; no sum of capabilities comes near it. */
  public static final int MAX_ID = 0xffff;

  private static final int MAX_ID_BYTES = 3;
  private static final int ONE_BYTE = 0x80;
  private static final int TWO_BYTES = 0x100;

  private MessageCodec() {}

  /**
   * The frame data of one message, in a heap buffer the caller releases.
   *
   * @param id 0 to {@link #MAX_ID}
   * @throws IllegalArgumentException when the payload, or what it compresses to, is too long for a
   *     frame
   */
  public static ByteBuf encode(
      ByteBufAllocator allocator, int id, Bytes payload, boolean compressed) {
    if (id < 0 || id > MAX_ID) {
      throw new IllegalArgumentException("no message id: " + id);
    }
    int size = payload.size();
    if (size > MAX_SENT_PAYLOAD_BYTES) {
      throw new IllegalArgumentException(
          "a message holds at most " + MAX_SENT_PAYLOAD_BYTES + " bytes, not " + size);
    }
    int room = compressed ? Snappy.maxCompressedLength(size) : size;
    ByteBuf out = allocator.heapBuffer(MAX_ID_BYTES + room);
    boolean done = false;
    try {
      writeId(id, out);
      byte[] plain = payload.toArrayUnsafe();
      if (compressed) {
        int at = out.writerIndex();
        int written = Snappy.compress(plain, 0, plain.length, out.array(), out.arrayOffset() + at);
        out.writerIndex(at + written);
      } else {
        out.writeBytes(plain);
      }
      if (out.readableBytes() > MAX_FRAME_BYTES) {
        throw new IllegalArgumentException(
            "a payload of " + size + " bytes that compresses to more than a frame can carry");
      }
      done = true;
      return out;
    } finally {
      if (!done) {
        out.release();
      }
    }
  }

  /**
   * Reads the message id at the start of frame data; the payload is left to be read.
   *
   * @throws ProtocolViolation when there is none
   */
  public static int readId(ByteBuf data) throws ProtocolViolation {
    int length = data.readableBytes();
    int first = length == 0 ? -1 : data.readUnsignedByte();
    if (first == ONE_BYTE) {
      return 0;
    }
    if (first >= 0 && first < ONE_BYTE) {
      return first;
    }
    if (first == 0x81 && length >= 2) {
      int id = data.readUnsignedByte();
      if (id >= ONE_BYTE) {
        return id;
      }
    }
    if (first == 0x82 && length >= 3) {
      int id = data.readUnsignedShort();
      if (id >= TWO_BYTES) {
        return id;
      }
    }
    throw new ProtocolViolation(
        DisconnectReason.PROTOCOL_BREACH, "message-id", "a frame that does not start with an id");
  }

  /**
   * How long the payload is that the rest of {@code data} holds, a heap buffer.
   *
   * @throws ProtocolViolation when it says more than {@link #MAX_PAYLOAD_BYTES}, or more than it
   *     can hold
   */
  public static int payloadLength(ByteBuf data, boolean compressed) throws ProtocolViolation {
    int length = data.readableBytes();
    return compressed
        ? Snappy.uncompressedLength(data.array(), start(data), length, MAX_PAYLOAD_BYTES)
        : length;
  }

  /**
   * The payload that the rest of {@code data} holds, a heap buffer, in an array of its own.
   *
   * @throws ProtocolViolation when it is not snappy, or holds more than {@link #MAX_PAYLOAD_BYTES}
   */
  public static Bytes payload(ByteBuf data, boolean compressed) throws ProtocolViolation {
    int length = data.readableBytes();
    int start = start(data);
    if (compressed) {
      return Bytes.wrap(Snappy.uncompress(data.array(), start, length, MAX_PAYLOAD_BYTES));
    }
    return Bytes.wrap(Arrays.copyOfRange(data.array(), start, start + length));
  }

  private static int start(ByteBuf data) {
    return data.arrayOffset() + data.readerIndex();
  }

  private static void writeId(int id, ByteBuf out) {
    if (id == 0) {
      out.writeByte(ONE_BYTE);
    } else if (id < ONE_BYTE) {
      out.writeByte(id);
    } else if (id < TWO_BYTES) {
      out.writeByte(0x81).writeByte(id);
    } else {
      out.writeByte(0x82).writeShort(id);
    }
  }
}
