package io.kadlink.rlpx;

import io.kadlink.rlpx.wire.DisconnectReason;
import java.util.Optional;

/** A connection that did not come to be: which step failed and why. */
public final class RlpxException extends Exception {
  private static final long serialVersionUID = 1L;

  /** How far it came. */
  public enum Step {
    CONNECT,
    HANDSHAKE,
    HELLO,
    REFUSED_BY_US
  }

  private final Step step;
  private final transient Optional<DisconnectReason> reason;

  public RlpxException(Step step, Optional<DisconnectReason> reason, String message) {
    super(message);
    this.step = step;
    this.reason = reason;
  }

  public Step step() {
    return step;
  }

  /** What the other side's Disconnect said, or what we told it. */
  public Optional<DisconnectReason> reason() {
    return reason;
  }
}
