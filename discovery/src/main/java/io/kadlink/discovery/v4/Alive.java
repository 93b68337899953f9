package io.kadlink.discovery.v4;

import io.kadlink.discovery.table.Contact;

/** Told of every sign of life from a node that has proven its endpoint. */
@FunctionalInterface
public interface Alive {

  /**
   * A node answered our ping, or pinged us while its proof holds.
   *
   * @param enrSeq the sequence number it says its record has, 0 when it says none
   */
  void alive(Contact contact, long enrSeq);
}
