package io.kadlink.server.messages;

/** A question that got no answer; the message says whom it was for, and what happened. */
public final class RequestException extends Exception {
  private static final long serialVersionUID = 1L;

  private final Cause kind;

  /** What happened. */
  public enum Cause {
    /** No answer came within its time. */
    TIME_OUT,
    /** The session ended first. */
    GONE,
    /** It could not be sent: the peer reads too slowly, or the session was over. */
    UNSENT,
    /** As many questions wait for this peer's answers as may. */
    TOO_MANY,
    /** The answer was another kind of message. */
    WRONG_ANSWER
  }

  RequestException(Cause kind, String message) {
    super(message);
    this.kind = kind;
  }

  public Cause kind() {
    return kind;
  }
}
