package io.kadlink.protocols.eth.store;

import java.util.Locale;

/** What a database keeps apart. */
public enum Table {
  /** A few names. */
  META,
  /** By hash: a block's number, and what is known of it besides its content. */
  BLOCKS,
  /** By number and hash, as the next two: a growing chain appends to the end. */
  HEADERS,
  BODIES,
  RECEIPTS,
  /** By number: the hash of the canonical block. */
  CANONICAL,
  /** By hash: where a transaction stands in the canonical chain. */
  TRANSACTIONS,
  /** By path: the trie nodes of one state. */
  NODES;

  /** What it is called in a file. */
  String fileName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
