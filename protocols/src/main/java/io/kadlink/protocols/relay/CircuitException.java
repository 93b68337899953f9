package io.kadlink.protocols.relay;

/** A circuit that did not come to be; the message says which way was tried and why it failed. */
public final class CircuitException extends Exception {
  private static final long serialVersionUID = 1L;

  public CircuitException(String message) {
    super(message);
  }
}
