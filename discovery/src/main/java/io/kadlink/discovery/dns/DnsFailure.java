package io.kadlink.discovery.dns;

import java.util.Locale;

/**
 * Why a part of a tree was not taken: the {@code reason} tag of {@code
 * kadlink.discovery.dns.dropped}.
 */
public enum DnsFailure {
  /** No answer in time. */
  TIMEOUT,
  /** No such name, or the servers refused. */
  LOOKUP_FAILED,
  /** The name has no root or entry among its TXT records. */
  NO_ENTRY,
  /** What the name holds has another hash. */
  WRONG_HASH,
  /** A root that EIP-1459 does not allow. */
  BAD_ROOT,
  /** A root that the link's key did not sign. */
  BAD_SIGNATURE,
  /** A root with a lower sequence number than one seen before. */
  STALE_ROOT,
  /** An entry that EIP-1459 does not allow, signed for all the same. */
  BAD_ENTRY,
  /** A node among links or a link among nodes. */
  WRONG_SUBTREE,
  /** Further below the root than any honest tree reaches. */
  TOO_DEEP,
  /** More entries than any honest tree has. */
  TOO_MANY_ENTRIES,
  /** Links to more trees, or over more hops, than are followed. */
  TOO_MANY_TREES,
  /** A node whose record names no address it could be at. */
  NO_ADDRESS;

  String tag() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether asking again may help. */
  boolean passing() {
    return switch (this) {
      case TIMEOUT, LOOKUP_FAILED, NO_ENTRY, WRONG_HASH -> true;
      default -> false;
    };
  }
}
