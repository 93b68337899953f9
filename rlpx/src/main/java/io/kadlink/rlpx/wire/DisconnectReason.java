package io.kadlink.rlpx.wire;

/** Why a session ends (devp2p rlpx.md §Disconnect). */
public enum DisconnectReason {
  REQUESTED(0x00, "disconnect requested"),
  NETWORK_ERROR(0x01, "TCP subsystem error"),
  PROTOCOL_BREACH(0x02, "breach of protocol"),
  USELESS_PEER(0x03, "useless peer"),
  TOO_MANY_PEERS(0x04, "too many peers"),
  ALREADY_CONNECTED(0x05, "already connected"),
  INCOMPATIBLE_VERSION(0x06, "incompatible p2p protocol version"),
  INVALID_IDENTITY(0x07, "null node identity"),
  CLIENT_QUITTING(0x08, "client quitting"),
  UNEXPECTED_IDENTITY(0x09, "unexpected identity"),
  SELF(0x0a, "connected to self"),
  TIMEOUT(0x0b, "timeout"),
  SUBPROTOCOL_ERROR(0x10, "subprotocol error"),
  /** A code the specification does not name. Never sent. */
  UNKNOWN(-1, "unknown reason");

  private final int code;
  private final String text;

  DisconnectReason(int code, String text) {
    this.code = code;
    this.text = text;
  }

  /** The wire code, or -1 for {@link #UNKNOWN}. */
  public int code() {
    return code;
  }

  /** The reason with this wire code, else {@link #UNKNOWN}. */
  public static DisconnectReason of(int code) {
    for (DisconnectReason reason : values()) {
      if (reason.code == code) {
        return reason;
      }
    }
    return UNKNOWN;
  }

  /** In words, for logs. */
  @Override
  public String toString() {
    return text;
  }
}
