package io.kadlink.rlpx.frame;

import io.kadlink.rlpx.wire.MessageCodec;
import io.netty.buffer.ByteBuf;

/** Encrypts and authenticates frame after frame of one direction. Not thread-safe. */
public final class FrameWriter {
  /** The most bytes a frame can carry: its size travels in 24 bits. */
  public static final int MAX_FRAME_BYTES = MessageCodec.MAX_FRAME_BYTES;

  /** {@code [capability-id, context-id]}, both zero: what everyone sends and nobody reads. */
  private static final byte[] HEADER_DATA = {(byte) 0xc2, (byte) 0x80, (byte) 0x80};

  private static final byte[] ZEROS = new byte[FrameMac.BYTES];

  private final FrameCipher cipher;
  private final FrameMac mac;
  private final byte[] header = new byte[FrameMac.BYTES];
  private final byte[] block = new byte[FrameMac.BYTES];

  /** Data of the frame begun that is still to come; -1 between frames. */
  private int unwritten = -1;

  private int padding;

  FrameWriter(FrameCipher cipher, FrameMac mac) {
    this.cipher = cipher;
    this.mac = mac;
  }

  /** How long a frame with {@code length} bytes of frame data is on the wire. */
  public static int wireLength(int length) {
    return 2 * FrameMac.BYTES + padded(length) + FrameMac.BYTES;
  }

  /**
   * Appends one frame to {@code out}.
   *
   * @param data message id and message data, at most {@link #MAX_FRAME_BYTES}
   * @throws IllegalArgumentException when it is longer; nothing is written then
   */
  public void write(byte[] data, int offset, int length, ByteBuf out) {
    begin(length, out);
    append(data, offset, length, out);
    end(out);
  }

  /**
   * Begins a frame that is written in parts; {@link #append} and {@link #end} follow.
   *
   * @param length of all its data, at most {@link #MAX_FRAME_BYTES}
   * @throws IllegalArgumentException when it is longer; nothing is written then
   */
  public void begin(int length, ByteBuf out) {
    if (length > MAX_FRAME_BYTES) {
      throw new IllegalArgumentException(
          "a frame carries at most " + MAX_FRAME_BYTES + " bytes, not " + length);
    }
    if (unwritten >= 0) {
      throw new IllegalStateException("a frame is not ended yet");
    }
    writeHeader(length, out);
    padding = padded(length) - length;
    unwritten = length;
  }

  /** The next part of the frame's data. */
  public void append(byte[] data, int offset, int length, ByteBuf out) {
    if (length > unwritten) {
      throw new IllegalArgumentException(
          length + " bytes for a frame of which " + unwritten + " are to come");
    }
    unwritten -= length;
    out.ensureWritable(length);
    byte[] piece = FrameCipher.piece();
    int end = offset + length;
    for (int from = offset; from < end; from += piece.length) {
      int size = Math.min(piece.length, end - from);
      cipher.apply(data, from, size, piece, 0);
      mac.update(piece, 0, size);
      out.writeBytes(piece, 0, size);
    }
  }

  /** Ends the frame, whose data is all appended, with padding and MAC. */
  public void end(ByteBuf out) {
    if (unwritten != 0) {
      throw new IllegalStateException("a frame ends with its data, " + unwritten + " are to come");
    }
    unwritten = -1;
    if (padding > 0) {
      cipher.apply(ZEROS, 0, padding, block, 0);
      mac.update(block, 0, padding);
      out.writeBytes(block, 0, padding);
    }
    mac.frame(block);
    out.writeBytes(block);
  }

  private void writeHeader(int length, ByteBuf out) {
    header[0] = (byte) (length >>> 16);
    header[1] = (byte) (length >>> 8);
    header[2] = (byte) length;
    System.arraycopy(HEADER_DATA, 0, header, 3, HEADER_DATA.length);
    cipher.apply(header, 0, header.length, block, 0);
    out.writeBytes(block);
    mac.header(block, 0, block);
    out.writeBytes(block);
  }

  /** Frame data is filled with zeros up to a whole number of AES blocks. */
  static int padded(int length) {
    return (length + FrameMac.BYTES - 1) & -FrameMac.BYTES;
  }
}
