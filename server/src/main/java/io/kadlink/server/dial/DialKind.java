package io.kadlink.server.dial;

/** Why a node is dialed, weakest claim first. */
public enum DialKind {
  /** Found by discovery; takes a dial slot. */
  DYNAMIC,
  /** The user trusts it: tried now and then, and takes no slot. */
  TRUSTED,
  /** The user wants to stay connected with it. */
  STATIC,
  /** The user or a protocol asked for this one session. */
  REQUESTED
}
