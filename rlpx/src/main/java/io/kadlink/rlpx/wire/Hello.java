package io.kadlink.rlpx.wire;

import io.kadlink.identity.PublicKey;
import java.util.List;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;

/**
 * The first message each side sends (rlpx.md §Hello 0x00).
 *
 * @param protocolVersion of the base protocol; 5 turns snappy on
 * @param clientId software name, e.g. {@code kadlink/v0.1.0/linux-x86_64/java25}
 * @param capabilities what the sender can speak
 * @param listenPort legacy, usually 0
 * @param nodeKey must equal the key the handshake proved
 * @param elements what follows the fields that every client knows; mostly nothing
 */
public record Hello(
    int protocolVersion,
    String clientId,
    List<Capability> capabilities,
    int listenPort,
    PublicKey nodeKey,
    List<HelloElement> elements)
    implements BaseMessage {

  public static final int ID = 0x00;

  /** The base protocol version we speak: snappy for all messages after Hello. */
  public static final int PROTOCOL_VERSION = 5;

  /** More than anyone has a use for; the rest is not looked at. */
  public static final int MAX_ELEMENTS = 8;

  public Hello {
    capabilities = List.copyOf(capabilities);
    elements = List.copyOf(elements);
    if (elements.size() > MAX_ELEMENTS) {
      throw new IllegalArgumentException(
          "a Hello with " + elements.size() + " elements; at most " + MAX_ELEMENTS);
    }
  }

  /** With nothing after the fields that every client knows. */
  public Hello(
      int protocolVersion,
      String clientId,
      List<Capability> capabilities,
      int listenPort,
      PublicKey nodeKey) {
    this(protocolVersion, clientId, capabilities, listenPort, nodeKey, List.of());
  }

  /** The value of the first element of this name. */
  public Optional<Bytes> element(String name) {
    return elements.stream()
        .filter(each -> each.name().equals(name))
        .map(HelloElement::value)
        .findFirst();
  }

  @Override
  public int id() {
    return ID;
  }
}
