package io.kadlink.rlpx.wire;

import io.kadlink.identity.PublicKey;
import io.kadlink.identity.crypto.InvalidCurveInputException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.rlp.RLP;
import org.apache.tuweni.rlp.RLPReader;

/**
 * Base-protocol payloads from and to bytes. Reads what is out there rather than what should be:
 * Disconnect comes as a list, as a bare integer, as nothing, and each of them compressed or not,
 * whatever was agreed; Ping and Pong come with an empty list or with nothing.
 */
public final class BaseMessageCodec {
  /**
   * The longest payload of a base message. Every client refuses a longer Hello, and it is all the
   * memory a peer gets before it has said who it is.
   */
  public static final int MAX_PAYLOAD_BYTES = 2 * 1024;

  /** More than any client lists; the rest of the list is not looked at. */
  static final int MAX_CAPABILITIES = 128;

  /** More than any client's name and version take; the rest is cut off. */
  static final int MAX_CLIENT_ID_CHARS = 256;

  private static final int MAX_PORT = 65535;

  /** What geth's {@code devp2p} puts into a Pong. */
  private static final Bytes EMPTY_STRING = Bytes.of(0x80);

  private static final int FIRST_LIST_BYTE = 0xc0;

  private BaseMessageCodec() {}

  /** The uncompressed payload of {@code message}. */
  public static Bytes encode(BaseMessage message) {
    return switch (message) {
      case Hello hello -> encode(hello);
      case BaseMessage.Disconnect disconnect -> encode(disconnect);
      case BaseMessage.Ping ping -> RLP.encodeList(list -> {});
      case BaseMessage.Pong pong -> RLP.encodeList(list -> {});
      case BaseMessage.Unknown unknown ->
          throw new IllegalArgumentException("not to be sent: " + unknown);
    };
  }

  /**
   * Reads one message.
   *
   * @param id 0x00 to 0x0f
   * @param payload as it came: no need to know whether it is compressed
   * @throws ProtocolViolation when it is too long or malformed
   */
  public static BaseMessage decode(int id, Bytes payload) throws ProtocolViolation {
    if (payload.size() > MAX_PAYLOAD_BYTES) {
      throw violation(
          "base-message-size", "base message " + id + " of " + payload.size() + " bytes");
    }
    return switch (id) {
      case Hello.ID -> decodeHello(payload);
      case BaseMessage.Disconnect.ID -> decodeDisconnect(uncompressedIfCompressed(payload));
      case BaseMessage.Ping.ID -> {
        requireNothing("Ping", uncompressedIfCompressed(payload));
        yield new BaseMessage.Ping();
      }
      case BaseMessage.Pong.ID -> {
        requireNothing("Pong", uncompressedIfCompressed(payload));
        yield new BaseMessage.Pong();
      }
      default -> new BaseMessage.Unknown(id);
    };
  }

  private static Bytes encode(Hello hello) {
    return RLP.encodeList(
        list -> {
          list.writeInt(hello.protocolVersion());
          list.writeString(hello.clientId());
          list.writeList(
              hello.capabilities(),
              (capabilities, capability) ->
                  capabilities.writeList(
                      pair -> {
                        pair.writeString(capability.name());
                        pair.writeInt(capability.version());
                      }));
          list.writeInt(hello.listenPort());
          list.writeValue(hello.nodeKey().bytes());
          for (HelloElement element : hello.elements()) {
            list.writeList(
                pair -> {
                  pair.writeString(element.name());
                  pair.writeValue(element.value());
                });
          }
        });
  }

  private static Bytes encode(BaseMessage.Disconnect disconnect) {
    if (disconnect.reason() == DisconnectReason.UNKNOWN) {
      throw new IllegalArgumentException("an unknown reason can't be sent");
    }
    return RLP.encodeList(list -> list.writeInt(disconnect.reason().code()));
  }

  private static Hello decodeHello(Bytes payload) throws ProtocolViolation {
    RawHello raw;
    try {
      raw = RLP.decode(payload, reader -> reader.readList(BaseMessageCodec::readHello));
    } catch (RuntimeException e) {
      throw new ProtocolViolation(
          DisconnectReason.PROTOCOL_BREACH, "hello-malformed", "a malformed Hello", e);
    }
    PublicKey key;
    try {
      key = PublicKey.of(raw.key);
    } catch (InvalidCurveInputException e) {
      throw new ProtocolViolation(
          DisconnectReason.INVALID_IDENTITY, "hello-key", "a Hello whose node key is none", e);
    }
    return new Hello(
        raw.version, printable(raw.clientId), raw.capabilities, raw.listenPort, key, raw.elements);
  }

  private static RawHello readHello(RLPReader list) {
    int version = list.readInt();
    Bytes clientId = list.readValue();
    List<Capability> capabilities = list.readList(BaseMessageCodec::readCapabilities);
    int listenPort = portOf(list.readValue());
    Bytes key = list.readValue();
    return new RawHello(version, clientId, capabilities, listenPort, key, readElements(list));
  }

  /**
   * What is there that has our form. Other things may stand here for other clients, and what can't
   * be read at all is no reason to part with someone whose Hello is fine without it.
   */
  private static List<HelloElement> readElements(RLPReader list) {
    List<HelloElement> elements = new ArrayList<>();
    try {
      while (!list.isComplete() && elements.size() < Hello.MAX_ELEMENTS) {
        if (list.nextIsList()) {
          list.readList(BaseMessageCodec::readElement).ifPresent(elements::add);
        } else {
          list.skipNext();
        }
      }
    } catch (RuntimeException unreadable) {
      return elements;
    }
    return elements;
  }

  private static Optional<HelloElement> readElement(RLPReader pair) {
    try {
      Bytes name = pair.readValue();
      return name.size() > HelloElement.MAX_NAME_LENGTH
          ? Optional.empty()
          : Optional.of(
              new HelloElement(
                  new String(name.toArrayUnsafe(), StandardCharsets.ISO_8859_1),
                  pair.readValue().copy()));
    } catch (RuntimeException ofAnotherForm) {
      return Optional.empty();
    }
  }

  private static List<Capability> readCapabilities(RLPReader list) {
    List<Capability> capabilities = new ArrayList<>();
    while (!list.isComplete() && capabilities.size() < MAX_CAPABILITIES) {
      list.readList(BaseMessageCodec::readCapability).ifPresent(capabilities::add);
    }
    return capabilities;
  }

  /** Nothing when it is one we could not have, such as one with a longer name. */
  private static Optional<Capability> readCapability(RLPReader pair) {
    Bytes name = pair.readValue();
    Bytes version = pair.readValue();
    if (name.size() > Capability.MAX_NAME_LENGTH
        || version.size() > Integer.BYTES
        || version.toLong() > Integer.MAX_VALUE) {
      return Optional.empty();
    }
    try {
      String text = new String(name.toArrayUnsafe(), StandardCharsets.ISO_8859_1);
      return Optional.of(new Capability(text, version.toInt()));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** The field is a relic that nobody should read: whatever stands there is no reason to fail. */
  private static int portOf(Bytes value) {
    if (value.size() > Integer.BYTES) {
      return 0;
    }
    long port = value.toLong();
    return port > MAX_PORT ? 0 : (int) port;
  }

  /** Cut to its limit, with a '?' for whatever could spoil a terminal or a log line. */
  private static String printable(Bytes utf8) {
    int bytes = Math.min(utf8.size(), MAX_CLIENT_ID_CHARS);
    return Printable.of(new String(utf8.slice(0, bytes).toArrayUnsafe(), StandardCharsets.UTF_8));
  }

  /** Never fails: whoever says this is leaving anyway. */
  private static BaseMessage.Disconnect decodeDisconnect(Bytes payload) {
    if (payload.isEmpty()) {
      return new BaseMessage.Disconnect(DisconnectReason.REQUESTED);
    }
    try {
      return new BaseMessage.Disconnect(
          RLP.decode(
              payload,
              true,
              reader ->
                  reader.nextIsList()
                      ? reader.readList(
                          list ->
                              list.isComplete()
                                  ? DisconnectReason.REQUESTED
                                  : DisconnectReason.of(list.readInt()))
                      : DisconnectReason.of(reader.readInt())));
    } catch (RuntimeException e) {
      return new BaseMessage.Disconnect(DisconnectReason.UNKNOWN);
    }
  }

  /** A list, or one of the two ways in which others say that there is none. */
  private static void requireNothing(String what, Bytes payload) throws ProtocolViolation {
    if (!payload.isEmpty()
        && !payload.equals(EMPTY_STRING)
        && (payload.get(0) & 0xff) < FIRST_LIST_BYTE) {
      throw violation("base-message-malformed", "a " + what + " that is not a list");
    }
  }

  /**
   * The forms these payloads have in RLP are no snappy blocks: as one, the first byte would promise
   * a length that the rest can't fill. So trying snappy first mistakes nothing.
   */
  private static Bytes uncompressedIfCompressed(Bytes payload) {
    byte[] raw = payload.toArrayUnsafe();
    try {
      return Bytes.wrap(Snappy.uncompress(raw, 0, raw.length, MAX_PAYLOAD_BYTES));
    } catch (ProtocolViolation notSnappy) {
      return payload;
    }
  }

  private static ProtocolViolation violation(String rule, String message) {
    return new ProtocolViolation(DisconnectReason.PROTOCOL_BREACH, rule, message);
  }

  private record RawHello(
      int version,
      Bytes clientId,
      List<Capability> capabilities,
      int listenPort,
      Bytes key,
      List<HelloElement> elements) {}
}
