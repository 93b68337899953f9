package io.kadlink.protocols.relay.fuzz;

import io.kadlink.protocols.relay.wire.AnnouncedRelay;
import io.kadlink.protocols.relay.wire.CloseCode;
import io.kadlink.protocols.relay.wire.RelayCodec;
import io.kadlink.protocols.relay.wire.RelayMessage;
import io.kadlink.protocols.relay.wire.RelayMessage.Close;
import io.kadlink.protocols.relay.wire.RelayMessage.Status;
import io.kadlink.protocols.relay.wire.StatusCode;
import io.kadlink.rlpx.wire.ProtocolViolation;
import java.util.Arrays;
import java.util.List;
import org.apache.tuweni.bytes.Bytes;

/** Any bytes are a message, or a violation; what is a message survives a round trip. */
public final class RelayCodecFuzz {
  private RelayCodecFuzz() {}

  public static void fuzzerTestOneInput(byte[] data) throws ProtocolViolation {
    if (data.length == 0) {
      return;
    }
    Bytes payload = Bytes.wrap(Arrays.copyOfRange(data, 1, data.length));
    message(data[0] & 0x0f, payload);
    announced(payload);
  }

  private static void message(int code, Bytes payload) throws ProtocolViolation {
    RelayMessage message;
    try {
      message = RelayCodec.decode(code, payload);
    } catch (ProtocolViolation e) {
      return;
    }
    if (!sendable(message)) {
      return;
    }
    RelayMessage again = RelayCodec.decode(code, RelayCodec.encode(message));
    // A reason is made printable when read, which may lengthen it past what is sent.
    boolean same =
        switch (message) {
          case Status status ->
              again instanceof Status other
                  && status.circuit() == other.circuit()
                  && status.code() == other.code()
                  && status.reason().startsWith(other.reason())
                  && status.limits().equals(other.limits());
          case Close close ->
              again instanceof Close other
                  && close.circuit() == other.circuit()
                  && close.code() == other.code()
                  && close.reason().startsWith(other.reason());
          default -> message.equals(again);
        };
    if (!same) {
      throw new AssertionError(message + " came back as " + again);
    }
  }

  private static boolean sendable(RelayMessage message) {
    return switch (message) {
      case Status status -> status.code() != StatusCode.UNKNOWN;
      case Close close -> close.code() != CloseCode.UNKNOWN;
      default -> true;
    };
  }

  private static void announced(Bytes item) {
    List<AnnouncedRelay> relays;
    try {
      relays = AnnouncedRelay.decode(item);
    } catch (IllegalArgumentException e) {
      return;
    }
    if (!AnnouncedRelay.decode(AnnouncedRelay.encode(relays)).equals(relays)) {
      throw new AssertionError("relays came back otherwise: " + relays);
    }
  }
}
