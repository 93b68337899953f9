package io.kadlink.rlpx.frame;

import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.ProtocolViolation;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.security.MessageDigest;

/**
 * Takes frames out of the incoming stream of one direction. Not thread-safe.
 *
 * <p>Bytes are authenticated and decrypted as they arrive, so nothing is buffered twice; frame data
 * is shown only when its MAC was right. The memory for a frame, pooled when it is long, grows with
 * what has arrived of it: a header that claims 16 MiB costs the claimant 4 MiB of traffic.
 */
public final class FrameReader {
  private static final int HEADER_BYTES = 2 * FrameMac.BYTES;

  /** What is kept between frames: idle connections shall be cheap, and so shall short frames. */
  public static final int KEPT_BYTES = 1024;

  /** Memory for a frame is this many times what has arrived of it: little to copy when it grows. */
  private static final int GROWTH = 4;

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
  private final ByteBufAllocator allocator;
  private final ByteBuf kept = Unpooled.wrappedBuffer(new byte[KEPT_BYTES]);
  private ByteBuf data = kept;
  private boolean isLong;

  FrameReader(FrameCipher cipher, FrameMac mac, ByteBufAllocator allocator) {
    this.cipher = cipher;
    this.mac = mac;
    this.allocator = allocator;
  }

  /** From the next header on, refuses frames of more than {@code bytes} bytes of frame data. */
  public void limit(int bytes) {
    limit = bytes;
  }

  /**
   * Takes what it needs from {@code in} to go on with the current frame, never more.
   *
   * @return whether a frame is complete; {@link #data()} holds it until the next call
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
    data.setIndex(0, size);
    return true;
  }

  /**
   * The frame's data, at least 1 byte, in a heap buffer of the reader's. That of a frame of more
   * than {@link #KEPT_BYTES} may be retained.
   */
  public ByteBuf data() {
    return data;
  }

  /** Gives up the memory of the current frame, which is done with or will not be completed. */
  public void release() {
    if (isLong) {
      data.release();
      data = kept;
      isLong = false;
    }
  }

  private void startFrame() {
    complete = false;
    headFilled = 0;
    size = -1;
    bodyDone = 0;
    tailFilled = 0;
    release();
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
      if (bodyDone + taken > data.capacity()) {
        grow(bodyDone + taken + in.readableBytes(), total);
      }
      cipher.apply(piece, 0, taken, data.array(), data.arrayOffset() + bodyDone);
      bodyDone += taken;
    }
  }

  private void grow(int arrived, int total) {
    long wanted = Math.max(arrived, (long) GROWTH * bodyDone);
    ByteBuf larger = allocator.heapBuffer((int) Math.min(total, wanted));
    System.arraycopy(
        data.array(), data.arrayOffset(), larger.array(), larger.arrayOffset(), bodyDone);
    release();
    data = larger;
    isLong = true;
  }

  private static ProtocolViolation violation(String rule, String message) {
    return new ProtocolViolation(DisconnectReason.PROTOCOL_BREACH, rule, message);
  }
}
