package io.kadlink.server.admission;

/** What a session counts against. */
public enum Slot {
  /** The share of the limit for peers that we dial. */
  DIALED,
  /** The share of the limit for peers that dial us. */
  ACCEPTED,
  /** No limit: static, trusted and explicitly requested peers. */
  FREE
}
