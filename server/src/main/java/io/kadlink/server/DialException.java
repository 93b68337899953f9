package io.kadlink.server;

/** A session that did not come to be; the message says for a person which way failed and why. */
public final class DialException extends Exception {
  private static final long serialVersionUID = 1L;

  public DialException(String message) {
    super(message);
  }

  public DialException(String message, Throwable cause) {
    super(message, cause);
  }
}
