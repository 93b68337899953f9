package io.kadlink.protocols.eth.rlp;

/** Bytes that are not the canonical RLP of what was expected; the message says where and why. */
public final class InvalidRlpException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public InvalidRlpException(String message) {
    super(message);
  }
}
