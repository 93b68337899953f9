package io.kadlink.discovery.mdns;

import java.util.Locale;

/**
 * Why an announcement was not taken: the {@code reason} tag of {@code
 * kadlink.discovery.mdns.dropped}.
 */
enum DropReason {
  /** No node record, or one that EIP-778 does not allow. */
  BAD_RECORD,
  /** An older record than the one known. */
  STALE,
  /** The record names no address that a node here could be at. */
  NO_ADDRESS,
  /** More nodes than are remembered. */
  TOO_MANY,
  /** More announcements than are looked at. */
  RATE_LIMITED;

  String tag() {
    return name().toLowerCase(Locale.ROOT);
  }
}
