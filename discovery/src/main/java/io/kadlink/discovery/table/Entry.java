package io.kadlink.discovery.table;

import java.time.Instant;

/** A node in a bucket, with what is known of its liveness. Mutable; belongs to its table. */
final class Entry {
  Contact contact;

  /** It answered from its present endpoint. */
  boolean proven;

  /** Liveness credit: checks passed, cut to a third by each one missed. */
  int checks;

  /** Lookup queries in a row that it left unanswered. */
  int failures;

  final Instant added;

  Entry(Contact contact, Instant added) {
    this.contact = contact;
    this.added = added;
  }
}
