package io.kadlink.rlpx.fuzz;

import io.kadlink.rlpx.frame.FrameKeys;
import io.kadlink.rlpx.frame.FrameReader;
import io.kadlink.rlpx.frame.FrameWriter;
import io.kadlink.rlpx.wire.ProtocolViolation;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.Arrays;

/**
 * A stream of three frames. The first byte says where it is damaged, if at all; a reader gives back
 * the frames before the damage, and nothing of what follows.
 */
public final class FrameFuzz {
  private static final FrameKeys KEYS =
      new FrameKeys(new byte[32], new byte[32], new byte[40], new byte[40]);
  private static final int FRAMES = 3;

  private FrameFuzz() {}

  public static void fuzzerTestOneInput(byte[] data) {
    if (data.length < 4) {
      return;
    }
    int damage = (data[0] & 0xff) << 8 | (data[1] & 0xff);
    byte turned = data[2];
    byte[] body = Arrays.copyOfRange(data, 3, data.length);

    FrameWriter writer = KEYS.writer();
    ByteBuf stream = Unpooled.buffer();
    int[] ends = new int[FRAMES];
    for (int i = 0; i < FRAMES; i++) {
      writer.write(body, 0, body.length, stream);
      ends[i] = stream.writerIndex();
    }
    boolean damaged = turned != 0 && damage < stream.writerIndex();
    if (damaged) {
      stream.setByte(damage, stream.getByte(damage) ^ turned);
    }
    int readable = damaged ? (int) Arrays.stream(ends).filter(e -> e <= damage).count() : FRAMES;

    FrameReader reader = KEYS.reader(UnpooledByteBufAllocator.DEFAULT);
    int read = 0;
    try {
      while (stream.isReadable()) {
        ByteBuf piece = stream.readSlice(Math.min(1 + body.length, stream.readableBytes()));
        while (piece.isReadable()) {
          if (reader.read(piece)) {
            read++;
            if (!reader.data().equals(Unpooled.wrappedBuffer(body))) {
              throw new AssertionError("a frame came back changed");
            }
          }
        }
      }
      if (damaged) {
        throw new AssertionError("damage at " + damage + " was not noticed");
      }
    } catch (ProtocolViolation violation) {
      if (!damaged) {
        throw new AssertionError("a good stream was refused", violation);
      }
    }
    if (read != readable) {
      throw new AssertionError(read + " frames were read, not " + readable);
    }
  }
}
