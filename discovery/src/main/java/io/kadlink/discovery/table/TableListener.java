package io.kadlink.discovery.table;

/** Told, on the event loop, what changes in the table. */
public interface TableListener {

  /** A node answered from this endpoint for the first time since it entered or moved. */
  default void proven(Contact contact) {}

  /** A proven node has a newer record than was known, or the first. */
  default void updated(Contact before, Contact after) {}

  /** A node left the table, proven or not; the table no longer has it. */
  default void removed(Contact contact) {}
}
