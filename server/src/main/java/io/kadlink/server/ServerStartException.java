package io.kadlink.server;

/** A server that could not start; the message says what stood in the way, for a person to read. */
public final class ServerStartException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ServerStartException(String message, Throwable cause) {
    super(message, cause);
  }
}
