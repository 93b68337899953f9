package io.kadlink.discovery.v5;

/** Bytes that are no valid discv5 packet or message; the reason says why. */
public final class BadPacketException extends Exception {
  private static final long serialVersionUID = 1L;

  private final DropReason reason;

  BadPacketException(DropReason reason) {
    // Made for every piece of garbage that arrives: without text and stack trace it is cheap.
    super(null, null, false, false);
    this.reason = reason;
  }

  /** What is wrong with the bytes, as it is counted. */
  public DropReason reason() {
    return reason;
  }

  @Override
  public String getMessage() {
    return reason.tag();
  }
}
