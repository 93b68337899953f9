package io.kadlink.rlpx.fuzz;

import io.kadlink.rlpx.wire.MessageCodec;
import io.kadlink.rlpx.wire.ProtocolViolation;

/** Frame data of any kind: id, and a payload that may be snappy. */
public final class MessageFuzz {
  private MessageFuzz() {}

  public static void fuzzerTestOneInput(byte[] data) {
    try {
      int id = MessageCodec.id(data, data.length);
      int start = MessageCodec.idLength(id);
      MessageCodec.payload(data, start, data.length, false);
      MessageCodec.payload(data, start, data.length, true);
    } catch (ProtocolViolation expected) {
      // the only way to fail
    }
  }
}
