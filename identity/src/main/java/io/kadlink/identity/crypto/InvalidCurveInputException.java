package io.kadlink.identity.crypto;

/** A scalar, point or signature that is malformed, out of range or not on secp256k1. */
public final class InvalidCurveInputException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public InvalidCurveInputException(String message) {
    super(message);
  }
}
