package io.kadlink.rlpx.frame;

import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.ProtocolViolation;
import io.netty.buffer.ByteBuf;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * Takes frames out of the incoming stream of one direction. Not thread-safe.
 *
 * <p>Bytes are authenticated and decrypted as they arrive, so nothing is buffered twice; frame data
 * is shown only when its MAC was right. The memory for a frame grows with what has arrived of it: a
 * header that claims 16 MiB costs the claimant 16 MiB of traffic.
 */
public final class FrameReader {
  private static final int HEADER_BYTES = 2 * FrameMac.BYTES;

  /** What a frame starts with, and what is kept between frames. */
  private static final int FIRST_BYTES = 1024;

  /** A larger array is given up after its frame: idle connections shall be cheap. */
  private static final int KEPT_BYTES = 64 * 1024;

  private final FrameCipher cipher;
  private final FrameMac mac;
  private final byte[] head = new byte[HEADER_BYTES];
  private final byte[] block = new byte[FrameMac.BYTES];
  private final byte[] expected = new byte[FrameMac.BYTES];

  private int limit = FrameWriter.MAX_FRAME_BYTES;
  private int headFilled;
  private int size = -1;
  private int bodyDone;
  private int tailFilled;
  private boolean complete;
  private byte[] data = new byte[FIRST_BYTES];

  FrameReader(FrameCipher cipher, FrameMac mac) {
    this.cipher = cipher;
    this.mac = mac;
  }

  /** From the next header on, refuses frames of more than {@code bytes} bytes of frame data. */
  public void limit(int bytes) {
    limit = bytes;
  }

  /**
   * Takes what it needs from {@code in} to go on with the current frame, never more.
   *
   * @return whether a frame is complete; {@link #data()} and {@link #length()} hold it until the
   *     next call
   * @throws ProtocolViolation when a MAC is wrong or a size is refused; the stream is then lost
   */
  public boolean read(ByteBuf in) throws ProtocolViolation {
    if (complete) {
      startFrame();
    }
    if (size < 0 && !readHeader(in)) {
      return false;
    }
    readBody(in);
    if (bodyDone < FrameWriter.padded(size)) {
      return false;
    }
    int taken = Math.min(FrameMac.BYTES - tailFilled, in.readableBytes());
    in.readBytes(block, tailFilled, taken);
    tailFilled += taken;
    if (tailFilled < FrameMac.BYTES) {
      return false;
    }
    mac.frame(expected);
    if (!MessageDigest.isEqual(expected, block)) {
      throw violation("frame-mac", "wrong MAC on a frame of " + size + " bytes");
    }
    complete = true;
    return true;
  }

  /** The frame's data, in the first {@link #length()} bytes; the reader's own array. */
  public byte[] data() {
    return data;
  }

  /** Bytes of frame data; at least 1. */
  public int length() {
    return size;
  }

  private void startFrame() {
    complete = false;
    headFilled = 0;
    size = -1;
    bodyDone = 0;
    tailFilled = 0;
    if (data.length > KEPT_BYTES) {
      data = new byte[FIRST_BYTES];
    }
  }

  private boolean readHeader(ByteBuf in) throws ProtocolViolation {
    int taken = Math.min(HEADER_BYTES - headFilled, in.readableBytes());
    in.readBytes(head, headFilled, taken);
    headFilled += taken;
    if (headFilled < HEADER_BYTES) {
      return false;
    }
    mac.header(head, 0, expected);
    System.arraycopy(head, FrameMac.BYTES, block, 0, FrameMac.BYTES);
    if (!MessageDigest.isEqual(expected, block)) {
      throw violation("header-mac", "wrong MAC on a frame header");
    }
    cipher.apply(head, 0, FrameMac.BYTES, block, 0);
    int claimed = (block[0] & 0xff) << 16 | (block[1] & 0xff) << 8 | (block[2] & 0xff);
    if (claimed > limit) {
      throw violation(
          "frame-size", "a frame of " + claimed + " bytes where " + limit + " are allowed");
    }
    if (claimed == 0) {
      throw violation("frame-empty", "a frame without a message id");
    }
    size = claimed;
    return true;
  }

  private void readBody(ByteBuf in) {
    int total = FrameWriter.padded(size);
    byte[] piece = FrameCipher.piece();
    while (bodyDone < total && in.isReadable()) {
      int taken = Math.min(Math.min(total - bodyDone, piece.length), in.readableBytes());
      in.readBytes(piece, 0, taken);
      mac.update(piece, 0, taken);
      if (bodyDone + taken > data.length) {
        long doubled = Math.max(bodyDone + taken, 2L * data.length);
        data = Arrays.copyOf(data, (int) Math.min(total, doubled));
      }
      cipher.apply(piece, 0, taken, data, bodyDone);
      bodyDone += taken;
    }
  }

  private static ProtocolViolation violation(String rule, String message) {
    return new ProtocolViolation(DisconnectReason.PROTOCOL_BREACH, rule, message);
  }
}
