package io.kadlink.identity;

/** A node record that EIP-778 does not allow; the message says what is wrong with it. */
public final class InvalidRecordException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public InvalidRecordException(String message) {
    super(message);
  }
}
