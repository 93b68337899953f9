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
  THROTTLED(DisconnectReason.TOO_MANY_PEERS),

  // Membership (docs/protocols/membership.md §Refusal), asked for only by those who admit members.

  /** It shows no certificate. */
  NOT_A_MEMBER(DisconnectReason.USELESS_PEER),
  /** What it shows is no chain of certificates, or passes a limit. */
  CERTIFICATE_MALFORMED(DisconnectReason.PROTOCOL_BREACH),
  /** The certificate is over another key than the handshake proved. */
  CERTIFICATE_WRONG_KEY(DisconnectReason.UNEXPECTED_IDENTITY),
  /** Issued by none of the organisations admitted. */
  CERTIFICATE_FOREIGN(DisconnectReason.USELESS_PEER),
  /** A signature, a constraint or a link of the chain does not hold. */
  CERTIFICATE_INVALID(DisconnectReason.INVALID_IDENTITY),
  CERTIFICATE_NOT_YET_VALID(DisconnectReason.INVALID_IDENTITY),
  CERTIFICATE_EXPIRED(DisconnectReason.INVALID_IDENTITY),
  CERTIFICATE_REVOKED(DisconnectReason.INVALID_IDENTITY),
  /** The issuer's revocation list is out of date: nothing is known against the node. */
  REVOCATION_UNKNOWN(DisconnectReason.REQUESTED),
  /** More chains wait to be verified than may; nothing is known against the node. */
  MEMBERSHIP_BUSY(DisconnectReason.TOO_MANY_PEERS);

  private final DisconnectReason reason;

  Rule(DisconnectReason reason) {
    this.reason = reason;
  }

  public DisconnectReason reason() {
    return reason;
  }
}
