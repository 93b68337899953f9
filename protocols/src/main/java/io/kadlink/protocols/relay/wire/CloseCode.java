package io.kadlink.protocols.relay.wire;

/** Why a circuit ends (docs/protocols/relay.md §Close codes). */
public enum CloseCode {
  DONE(0x00, "closed by the other end"),
  BYTE_LIMIT(0x01, "byte limit reached"),
  TIME_LIMIT(0x02, "time limit reached"),
  END_GONE(0x03, "the other end's session with the relay is over"),
  STOPPING(0x04, "relay is stopping"),
  CANCELLED(0x05, "request cancelled"),
  STALLED(0x06, "the rest could not be delivered in time"),
  /** A code this version does not name. Never sent. */
  UNKNOWN(-1, "unknown reason");

  private final int code;
  private final String text;

  CloseCode(int code, String text) {
    this.code = code;
    this.text = text;
  }

  /** The wire code, or -1 for {@link #UNKNOWN}. */
  public int code() {
    return code;
  }

  /** The reason with this wire code, else {@link #UNKNOWN}. */
  public static CloseCode of(int code) {
    for (CloseCode reason : values()) {
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
