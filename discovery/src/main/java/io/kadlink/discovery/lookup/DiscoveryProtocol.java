package io.kadlink.discovery.lookup;

import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.udp.DatagramHandler;
import io.kadlink.identity.NodeRecord;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What a table, lookups and refresh need of a version of the discovery protocol. Confined to its
 * event loop; every callback is called once, there, and empty when there was no answer in time.
 */
public interface DiscoveryProtocol extends DatagramHandler {

  /** Pings: the round trip. */
  void ping(Contact contact, Consumer<Optional<Duration>> done);

  /**
   * Asks for nodes near a target.
   *
   * @param done the nodes told that may be contacted: they have sane ports, and addresses that this
   *     node may tell of; nobody knows yet whether they are there
   */
  void findNode(Contact contact, Target target, Consumer<Optional<List<Contact>>> done);

  /** Asks a node for its record; it is verified to be that node's. */
  void requestRecord(Contact contact, Consumer<Optional<NodeRecord>> done);

  /** Ends everything that waits, without an answer. */
  void close();
}
