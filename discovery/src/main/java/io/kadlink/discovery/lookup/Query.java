package io.kadlink.discovery.lookup;

import io.kadlink.discovery.table.Contact;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.tuweni.bytes.Bytes;

/** Asks one node for the nodes it knows near a target. */
@FunctionalInterface
public interface Query {

  /**
   * Asks {@code contact}.
   *
   * @param target 64 bytes; the nodes wanted are near its Keccak-256
   * @param done called once, on the event loop: the nodes, or empty when it did not answer
   */
  void ask(Contact contact, Bytes target, Consumer<Optional<List<Contact>>> done);
}
