package io.kadlink.discovery;

/**
 * Something happened in a table.
 *
 * @param version whose table it is
 * @param node as it is afterwards
 */
public record TableEvent(DiscoveryVersion version, Kind kind, Node node) {

  /** What can happen to a node in a table. */
  public enum Kind {
    /** It answered from its endpoint for the first time. */
    PROVEN,

    /** It has a newer record, or its first. */
    UPDATED,

    /** It left the table. */
    REMOVED
  }
}
