package io.kadlink.rlpx.fuzz;

import io.kadlink.rlpx.wire.BaseMessage;
import io.kadlink.rlpx.wire.BaseMessageCodec;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.ProtocolViolation;
import java.util.Arrays;
import org.apache.tuweni.bytes.Bytes;

/** Any base message; whatever is understood means the same when we say it. */
public final class BaseMessageFuzz {
  private BaseMessageFuzz() {}

  public static void fuzzerTestOneInput(byte[] data) {
    if (data.length == 0) {
      return;
    }
    int id = data[0] & 0x0f;
    BaseMessage message;
    try {
      message = BaseMessageCodec.decode(id, Bytes.wrap(Arrays.copyOfRange(data, 1, data.length)));
    } catch (ProtocolViolation expected) {
      return;
    }
    if (message instanceof BaseMessage.Unknown
        || message.equals(new BaseMessage.Disconnect(DisconnectReason.UNKNOWN))) {
      return;
    }
    try {
      BaseMessage again = BaseMessageCodec.decode(id, BaseMessageCodec.encode(message));
      if (!again.equals(message)) {
        throw new AssertionError(message + " came back as " + again);
      }
    } catch (ProtocolViolation e) {
      throw new AssertionError("we could not read ourselves: " + message, e);
    }
  }
}
