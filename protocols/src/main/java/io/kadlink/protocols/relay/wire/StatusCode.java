package io.kadlink.protocols.relay.wire;

/** The answer to a request (docs/protocols/relay.md §Status codes). */
public enum StatusCode {
  OK(0x00, "ok"),
  NO_SESSION(0x01, "no session with target"),
  NO_RESERVATION(0x02, "target holds no reservation"),
  NOT_A_RELAY(0x03, "not a relay"),
  CIRCUIT_LIMIT(0x04, "too many circuits"),
  RESERVATION_LIMIT(0x05, "too many reservations"),
  RATE_LIMIT(0x06, "too many requests"),
  RELAYED_SESSION(0x07, "no relaying over a relayed session"),
  BAD_TARGET(0x08, "no circuit to this target"),
  TARGET_REFUSED(0x09, "target refused"),
  TARGET_SILENT(0x0a, "target did not answer"),
  STOPPING(0x0b, "relay is stopping"),
  /** A code this version does not name: a refusal. Never sent. */
  UNKNOWN(-1, "unknown status");

  private final int code;
  private final String text;

  StatusCode(int code, String text) {
    this.code = code;
    this.text = text;
  }

  /** The wire code, or -1 for {@link #UNKNOWN}. */
  public int code() {
    return code;
  }

  /** The status with this wire code, else {@link #UNKNOWN}. */
  public static StatusCode of(int code) {
    for (StatusCode status : values()) {
      if (status.code == code) {
        return status;
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
