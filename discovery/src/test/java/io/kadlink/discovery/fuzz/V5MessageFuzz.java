package io.kadlink.discovery.fuzz;

import io.kadlink.discovery.v5.BadPacketException;
import io.kadlink.discovery.v5.Message;
import io.kadlink.discovery.v5.MessageCodec;

/** Decodes any plaintext; what decodes must survive another round. */
public final class V5MessageFuzz {
  private V5MessageFuzz() {}

  public static void fuzzerTestOneInput(byte[] data) {
    try {
      Message message = MessageCodec.decode(data.clone());
      Message again = MessageCodec.decode(MessageCodec.encode(message));
      if (!again.equals(message)) {
        throw new AssertionError(message + " became " + again);
      }
    } catch (BadPacketException e) {
      // what a codec is for
    }
  }
}
