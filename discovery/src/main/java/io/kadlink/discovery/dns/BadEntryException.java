package io.kadlink.discovery.dns;

/** A text that EIP-1459 does not allow; the message says what is wrong with it. */
public final class BadEntryException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public BadEntryException(String message) {
    super(message);
  }
}
