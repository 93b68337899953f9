package io.kadlink.discovery.table;

/** Told, on the event loop, what changes in the table. */
public interface TableListener {

  /** A node answered from this endpoint for the first time since it entered or moved. */
  default void proven(Contact contact) {}

  /** A proven node has a newer record than the one that was known. */
  default void updated(Contact contact) {}

  default void removed(Contact contact) {}
}
