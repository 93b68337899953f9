package io.kadlink.protocols.eth.dev;

/** A genesis file that can't be used; the message names the file, the field and the fault. */
public final class InvalidGenesisException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  InvalidGenesisException(String message) {
    super(message);
  }
}
