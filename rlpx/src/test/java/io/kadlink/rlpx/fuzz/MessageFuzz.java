package io.kadlink.rlpx.fuzz;

import io.kadlink.rlpx.wire.MessageCodec;
import io.kadlink.rlpx.wire.ProtocolViolation;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** Frame data of any kind: id, and a payload that may be snappy. */
public final class MessageFuzz {
  private MessageFuzz() {}

  public static void fuzzerTestOneInput(byte[] data) {
    try {
      ByteBuf frame = Unpooled.wrappedBuffer(data);
      MessageCodec.readId(frame);
      MessageCodec.payload(frame, false);
      int length = MessageCodec.payloadLength(frame, true);
      if (MessageCodec.payload(frame, true).size() > length) {
        throw new AssertionError("more came out than was said");
      }
    } catch (ProtocolViolation expected) {
      // the only way to fail
    }
  }
}
