package io.kadlink.discovery.v4;

/** Bytes that are no valid discv4 packet; the reason says why. */
public final class BadPacketException extends Exception {
  private static final long serialVersionUID = 1L;

  private final DropReason reason;

  BadPacketException(DropReason reason, String message) {
    // Made for every piece of garbage that arrives: without a stack trace it is cheap.
    super(message, null, false, false);
    this.reason = reason;
  }

  /** What is wrong with the bytes, as it is counted. */
  public DropReason reason() {
    return reason;
  }
}
