package io.kadlink.discovery.store;

/** A row of the file that this program can't have written. */
final class DamagedRowException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DamagedRowException(String message) {
    super(message);
  }
}
