package io.kadlink.protocols.relay.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.kadlink.identity.PublicKey;
import io.kadlink.protocols.relay.wire.RelayMessage.Close;
import io.kadlink.protocols.relay.wire.RelayMessage.Data;
import io.kadlink.protocols.relay.wire.RelayMessage.Hop;
import io.kadlink.protocols.relay.wire.RelayMessage.Limits;
import io.kadlink.protocols.relay.wire.RelayMessage.Reserve;
import io.kadlink.protocols.relay.wire.RelayMessage.Status;
import io.kadlink.protocols.relay.wire.RelayMessage.Stop;
import io.kadlink.protocols.relay.wire.RelayMessage.Window;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.Priority;
import io.kadlink.rlpx.wire.ProtocolViolation;
import java.util.function.Consumer;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.rlp.RLP;
import org.apache.tuweni.rlp.RLPException;
import org.apache.tuweni.rlp.RLPReader;
import org.apache.tuweni.rlp.RLPWriter;

/** Messages of relay/1 to bytes and back. Stateless. */
public final class RelayCodec {
  public static final int HOP = 0x00;
  public static final int STOP = 0x01;
  public static final int STATUS = 0x02;
  public static final int DATA = 0x03;
  public static final int WINDOW = 0x04;
  public static final int CLOSE = 0x05;
  public static final int RESERVE = 0x06;

  /** Message codes are below this. */
  public static final int MESSAGE_COUNT = 7;

  /**
   * No message is larger: the largest is a full DATA, and the rest leaves later versions room for
   * trailing elements. Checked before anything is read.
   */
  public static final int MAX_MESSAGE_BYTES = RelayMessage.MAX_DATA_BYTES + 1024;

  private RelayCodec() {}

  /** The name of the message with this code. */
  public static String name(int code) {
    return switch (code) {
      case HOP -> "Hop";
      case STOP -> "Stop";
      case STATUS -> "Status";
      case DATA -> "Data";
      case WINDOW -> "Window";
      case CLOSE -> "Close";
      case RESERVE -> "Reserve";
      default -> throw new IllegalArgumentException("no relay message has code " + code);
    };
  }

  /**
   * The bytes of circuits leave room for all else, and the end of a circuit stays behind its bytes.
   */
  public static Priority priority(int code) {
    return code == DATA || code == CLOSE ? Priority.LOW : Priority.HIGH;
  }

  /** The message's code. */
  public static int code(RelayMessage message) {
    return switch (message) {
      case Hop hop -> HOP;
      case Stop stop -> STOP;
      case Status status -> STATUS;
      case Data data -> DATA;
      case Window window -> WINDOW;
      case Close close -> CLOSE;
      case Reserve reserve -> RESERVE;
    };
  }

  /** The message's payload. Reasons are cut to {@value RelayMessage#MAX_REASON_BYTES} bytes. */
  public static Bytes encode(RelayMessage message) {
    return switch (message) {
      case Hop hop ->
          list(
              out -> {
                out.writeInt(hop.circuit());
                out.writeValue(hop.target().bytes());
              });
      case Stop stop ->
          list(
              out -> {
                out.writeInt(stop.circuit());
                out.writeValue(stop.initiator().bytes());
                writeLimits(out, stop.limits());
              });
      case Status status ->
          list(
              out -> {
                out.writeInt(status.circuit());
                out.writeInt(sendable(status.code().code(), status));
                out.writeValue(reasonBytes(status.reason()));
                writeLimits(out, status.limits());
              });
      case Data data ->
          list(
              out -> {
                out.writeInt(data.circuit());
                out.writeValue(data.bytes());
              });
      case Window window ->
          list(
              out -> {
                out.writeInt(window.circuit());
                out.writeInt(window.credit());
              });
      case Close close ->
          list(
              out -> {
                out.writeInt(close.circuit());
                out.writeInt(sendable(close.code().code(), close));
                out.writeValue(reasonBytes(close.reason()));
              });
      case Reserve reserve -> list(out -> out.writeInt(reserve.wanted() ? 1 : 0));
    };
  }

  /**
   * Reads one message; trailing elements are ignored (EIP-8).
   *
   * @throws ProtocolViolation when it is malformed or beyond a limit; nothing else escapes
   */
  public static RelayMessage decode(int code, Bytes payload) throws ProtocolViolation {
    if (payload.size() > MAX_MESSAGE_BYTES) {
      throw violation(
          "relay message 0x%02x of %d bytes, at most %d are allowed"
              .formatted(code, payload.size(), MAX_MESSAGE_BYTES));
    }
    try {
      return RLP.decode(
          payload,
          outer -> {
            RelayMessage message = outer.readList(in -> read(code, in));
            require(outer.isComplete(), "bytes after the message's list");
            return message;
          });
    } catch (RLPException | IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new ProtocolViolation(
          DisconnectReason.SUBPROTOCOL_ERROR,
          "malformed relay message 0x%02x: %s".formatted(code, e.getMessage()),
          e);
    }
  }

  private static RelayMessage read(int code, RLPReader in) {
    return switch (code) {
      case HOP -> new Hop(readCircuit(in), PublicKey.of(readKey(in)));
      case STOP -> new Stop(readCircuit(in), PublicKey.of(readKey(in)), readLimits(in));
      case STATUS ->
          new Status(
              readNumber(in, RelayMessage.NO_CIRCUIT, RelayMessage.MAX_CIRCUIT, "circuit id"),
              StatusCode.of(readNumber(in, 0, 0xff, "status code")),
              readReason(in),
              readLimits(in));
      case DATA -> new Data(readCircuit(in), readData(in));
      case WINDOW ->
          new Window(readCircuit(in), readNumber(in, 1, RelayMessage.MAX_WINDOW, "credit"));
      case CLOSE ->
          new Close(
              readCircuit(in), CloseCode.of(readNumber(in, 0, 0xff, "close code")), readReason(in));
      case RESERVE -> new Reserve(readNumber(in, 0, 1, "wanted") == 1);
      default -> throw new IllegalArgumentException("no message has this code");
    };
  }

  private static int readCircuit(RLPReader in) {
    return readNumber(in, RelayMessage.FIRST_CIRCUIT, RelayMessage.MAX_CIRCUIT, "circuit id");
  }

  private static Bytes readKey(RLPReader in) {
    Bytes key = in.readValue();
    require(key.size() == PublicKey.BYTES, "a public key has 64 bytes, not " + key.size());
    return key;
  }

  private static Bytes readData(RLPReader in) {
    Bytes data = in.readValue();
    require(
        data.size() >= 1 && data.size() <= RelayMessage.MAX_DATA_BYTES,
        "data of %d bytes, 1 to %d are allowed"
            .formatted(data.size(), RelayMessage.MAX_DATA_BYTES));
    return data;
  }

  private static int readNumber(RLPReader in, int min, int max, String what) {
    long value = in.readLong();
    require(
        value >= min && value <= max,
        "%s %s is not in %d to %d".formatted(what, Long.toUnsignedString(value), min, max));
    return (int) value;
  }

  private static Limits readLimits(RLPReader in) {
    long bytes = in.readLong();
    long seconds = in.readLong();
    require(bytes >= 0 && seconds >= 0, "a limit is below 2^63");
    return new Limits(bytes, seconds);
  }

  private static void writeLimits(RLPWriter out, Limits limits) {
    out.writeLong(limits.bytes());
    out.writeLong(limits.seconds());
  }

  private static String readReason(RLPReader in) {
    Bytes text = in.readValue();
    require(
        text.size() <= RelayMessage.MAX_REASON_BYTES,
        "a reason of %d bytes, at most %d are allowed"
            .formatted(text.size(), RelayMessage.MAX_REASON_BYTES));
    return printable(new String(text.toArrayUnsafe(), UTF_8));
  }

  /** A reason goes into logs: what could forge a line or drive a terminal becomes '?'. */
  private static String printable(String text) {
    StringBuilder out = new StringBuilder(text.length());
    text.codePoints().map(c -> isPrintable(c) ? c : '?').forEach(out::appendCodePoint);
    return out.toString();
  }

  private static boolean isPrintable(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED ->
          false;
      default -> true;
    };
  }

  /** Cuts at a character's edge. */
  private static Bytes reasonBytes(String reason) {
    byte[] bytes = reason.getBytes(UTF_8);
    int length = Math.min(bytes.length, RelayMessage.MAX_REASON_BYTES);
    while (length < bytes.length && length > 0 && (bytes[length] & 0xc0) == 0x80) {
      length--;
    }
    return Bytes.wrap(bytes, 0, length);
  }

  private static int sendable(int code, RelayMessage message) {
    if (code < 0) {
      throw new IllegalArgumentException("never sent: " + message);
    }
    return code;
  }

  private static Bytes list(Consumer<RLPWriter> content) {
    return RLP.encodeList(content);
  }

  private static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new IllegalArgumentException(otherwise);
    }
  }

  private static ProtocolViolation violation(String message) {
    return new ProtocolViolation(DisconnectReason.SUBPROTOCOL_ERROR, message);
  }
}
