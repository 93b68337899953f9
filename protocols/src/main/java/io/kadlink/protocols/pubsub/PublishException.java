package io.kadlink.protocols.pubsub;

/** A message was not published; the message says why. */
public final class PublishException extends Exception {
  private static final long serialVersionUID = 1L;

  public PublishException(String message) {
    super(message);
  }
}
