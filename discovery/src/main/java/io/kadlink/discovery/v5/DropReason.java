package io.kadlink.discovery.v5;

import java.util.Locale;

/** Why a datagram was dropped: the {@code reason} tag of {@code kadlink.discovery.v5.dropped}. */
public enum DropReason {
  /** More than 1280 bytes. */
  TOO_LARGE,
  /** Less than 63 bytes. */
  TOO_SHORT,
  /**
   * Unmasked with our id it shows another protocol or version, or it was meant for another node.
   */
  NOT_DISCV5,
  /** A flag that the specification does not know. */
  UNKNOWN_FLAG,
  /** Sizes in the header that don't fit its flag or the datagram. */
  BAD_HEADER,
  /** Names our own id as its source. */
  OWN,
  RATE_LIMITED,
  /** An answer, a WHOAREYOU or a handshake that refers to nothing of ours. */
  UNSOLICITED,
  /** One address has as many open challenges as it may have. */
  TOO_MANY_CHALLENGES,
  /** A handshake without a record, from a node we have no record of. */
  MISSING_RECORD,
  /** A node record that EIP-778 does not allow, or one of another node. */
  BAD_RECORD,
  /** The signature in a handshake is not the node's over our challenge. */
  BAD_SIGNATURE,
  /** The ephemeral key in a handshake is no point on the curve. */
  BAD_KEY,
  /** A handshake's message was not encrypted with the keys that follow from the handshake. */
  UNDECRYPTABLE,
  /** A message type that the specification does not know. */
  UNKNOWN_TYPE,
  /** An authenticated message that is malformed or beyond a limit. */
  BAD_MESSAGE,
  /** A node in a NODES message that was not asked for or may not be told of. */
  BAD_NODE,
  /** A stranger's request was answered, but too much is pending to ask back. */
  BUSY,
  /** The handler of a talk request failed; it was answered with nothing. */
  TALK_FAILED,
  /** A talk request beyond what its handlers may have pending; it was answered with nothing. */
  TALK_BUSY;

  String tag() {
    return name().toLowerCase(Locale.ROOT);
  }
}
