package io.kadlink.rlpx.handshake;

import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.ProtocolViolation;

/**
 * Violations during the handshake: nobody can be told, as there are no keys yet to tell it with.
 */
final class HandshakeRules {
  private HandshakeRules() {}

  static ProtocolViolation broken(String rule, String message) {
    return new ProtocolViolation(DisconnectReason.PROTOCOL_BREACH, rule, message);
  }

  static ProtocolViolation broken(String rule, String message, Throwable cause) {
    return new ProtocolViolation(DisconnectReason.PROTOCOL_BREACH, rule, message, cause);
  }
}
