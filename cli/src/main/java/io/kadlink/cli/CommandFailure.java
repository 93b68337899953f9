package io.kadlink.cli;

/**
 * What a command was asked for can't be done. The message is the one line the user reads: what
 * happened, to which node or file, and what to do.
 */
final class CommandFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CommandFailure(String message) {
    super(message);
  }

  CommandFailure(String message, Throwable cause) {
    super(message, cause);
  }
}
