package io.kadlink.protocols.eth.state;

/** A dump of a state that can't be used; the message names the file, the account and the fault. */
public final class InvalidStateException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public InvalidStateException(String message) {
    super(message);
  }
}
