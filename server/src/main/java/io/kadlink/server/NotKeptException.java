package io.kadlink.server;

import java.io.IOException;
import java.util.concurrent.CompletionException;

/** A change is in force, but could not be written: it is lost if the server ends now. */
public final class NotKeptException extends IOException {
  private static final long serialVersionUID = 1L;

  private NotKeptException(IOException cause) {
    super(
        "it is done, but lost if this node ends before it can be written: " + cause.getMessage(),
        cause);
  }

  /** {@code failure} unless it is about a file. */
  static Throwable of(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause instanceof IOException io ? new NotKeptException(io) : cause;
  }
}
