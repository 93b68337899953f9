package io.kadlink.rlpx.wire;

import io.kadlink.identity.PublicKey;
import java.util.List;

/**
 * The first message each side sends (rlpx.md §Hello 0x00).
 *
 * @param protocolVersion of the base protocol; 5 turns snappy on
 * @param clientId software name, e.g. {@code kadlink/v0.1.0/linux-x86_64/java25}
 * @param capabilities what the sender can speak
 * @param listenPort legacy, usually 0
 * @param nodeKey must equal the key the handshake proved
 */
public record Hello(
    int protocolVersion,
    String clientId,
    List<Capability> capabilities,
    int listenPort,
    PublicKey nodeKey)
    implements BaseMessage {

  public static final int ID = 0x00;

  /** The base protocol version we speak: snappy for all messages after Hello. */
  public static final int PROTOCOL_VERSION = 5;

  public Hello {
    capabilities = List.copyOf(capabilities);
  }

  @Override
  public int id() {
    return ID;
  }
}
