package io.kadlink.discovery.v4;

import java.util.Locale;

/** Why a datagram was dropped: the {@code reason} tag of {@code kadlink.discovery.v4.dropped}. */
public enum DropReason {
  /** More than 1280 bytes. */
  TOO_LARGE,
  /** Too short to hold a header and a type. */
  TOO_SHORT,
  /** The hash in front is not that of the rest: not a discv4 packet, or a damaged one. */
  BAD_HASH,
  /** No public key can have made the signature. */
  BAD_SIGNATURE,
  UNKNOWN_TYPE,
  BAD_RLP,
  /** A node record that EIP-778 does not allow, or one of another node. */
  BAD_RECORD,
  EXPIRED,
  RATE_LIMITED,
  /** An answer nobody asked for. */
  UNSOLICITED,
  /** A question that needs an endpoint proof, from an endpoint without one. */
  UNPROVEN,
  /** Signed with our own key. */
  OWN,
  /** A stranger's ping was answered, but too much is pending to ping back. */
  BUSY,
  /** A stranger's ping was answered, but from such a port it may be forged to reach others. */
  RESERVED_PORT,
  /** A node in a Neighbors packet whose address the sender may not tell of. */
  BAD_NEIGHBOR;

  String tag() {
    return name().toLowerCase(Locale.ROOT);
  }
}
