package io.kadlink.rlpx.wire;

/**
 * A peer broke the rules: the one exception for it on every floor. Whoever catches it counts it,
 * sends Disconnect with {@link #reason()}, and closes the session.
 */
public final class ProtocolViolation extends Exception {
  private static final long serialVersionUID = 1L;

  private static final String NO_RULE = "other";

  private final DisconnectReason reason;
  private final String rule;

  /**
   * @param reason what the peer is told
   * @param message what our log says: which rule, what was seen, what was allowed
   */
  public ProtocolViolation(DisconnectReason reason, String message) {
    this(reason, NO_RULE, message);
  }

  /**
   * @param reason what the peer is told
   * @param rule which rule was broken, as the label it is counted under: a few words out of a fixed
   *     set, e.g. {@code "frame-mac"}
   * @param message what our log says: what was seen, what was allowed
   */
  public ProtocolViolation(DisconnectReason reason, String rule, String message) {
    super(message);
    this.reason = reason;
    this.rule = rule;
  }

  /** As the first, with what decoding tripped over. */
  public ProtocolViolation(DisconnectReason reason, String message, Throwable cause) {
    this(reason, NO_RULE, message, cause);
  }

  /** As the second, with what decoding tripped over. */
  public ProtocolViolation(DisconnectReason reason, String rule, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
    this.rule = rule;
  }

  @Override
  public String getMessage() {
    String message = super.getMessage();
    return message == null ? rule : message;
  }

  public DisconnectReason reason() {
    return reason;
  }

  /** The label this violation is counted under. */
  public String rule() {
    return rule;
  }
}
