package io.kadlink.server.admission;

import io.kadlink.rlpx.wire.DisconnectReason;

/** The rules a connection can fail, each with what the other side is told. */
public enum Rule {
  SELF(DisconnectReason.SELF),
  ALREADY_CONNECTED(DisconnectReason.ALREADY_CONNECTED),
  TOO_MANY_PEERS(DisconnectReason.TOO_MANY_PEERS),
  STOPPING(DisconnectReason.CLIENT_QUITTING),
  /** On the deny list; by its address: closed before anything is said. */
  DENIED(DisconnectReason.REQUESTED),
  /** Its behaviour got it banned for a while. */
  BANNED(DisconnectReason.USELESS_PEER),
  /** Not on the allow list, when that is the only way in. */
  NOT_ALLOWED(DisconnectReason.REQUESTED),
  /** Its address has as many sessions as one may have. */
  ADDRESS_LIMIT(DisconnectReason.TOO_MANY_PEERS),
  /** Its network has as many sessions as one may have. */
  SUBNET_LIMIT(DisconnectReason.TOO_MANY_PEERS),
  /** Outside the permitted networks; closed before anything is said. */
  NETRESTRICT(DisconnectReason.REQUESTED),
  /** Its address connects too often; closed before anything is said. */
  THROTTLED(DisconnectReason.TOO_MANY_PEERS);

  private final DisconnectReason reason;

  Rule(DisconnectReason reason) {
    this.reason = reason;
  }

  public DisconnectReason reason() {
    return reason;
  }
}
