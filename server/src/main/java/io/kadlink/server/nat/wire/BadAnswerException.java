package io.kadlink.server.nat.wire;

/** Bytes that are not what they should be; the message says what is wrong with them. */
public final class BadAnswerException extends RuntimeException {
  public BadAnswerException(String message) {
    super(message);
  }
}
