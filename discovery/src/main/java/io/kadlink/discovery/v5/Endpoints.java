package io.kadlink.discovery.v5;

import io.kadlink.discovery.table.Addresses;
import io.kadlink.discovery.table.Contact;
import io.kadlink.identity.NodeRecord;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Comparator;
import java.util.Optional;
import java.util.function.Predicate;

/** What records say of endpoints, and which of it is believed. */
final class Endpoints {
  private Endpoints() {}

  /** Whether the record says that the node is reached at {@code udp}. */
  static boolean claims(NodeRecord record, InetSocketAddress udp) {
    return record.udpEndpoints().contains(udp);
  }

  /**
   * The node of a record that {@code teller} told of, when it may be contacted and concerns us. Of
   * two endpoints it is the one in the teller's address family, since that is known to work for us.
   */
  static Optional<Contact> contact(
      NodeRecord record, InetAddress teller, Predicate<Contact> concerns) {
    return record.udpEndpoints().stream()
        .filter(udp -> Addresses.mayRelay(teller, udp))
        .map(udp -> Contact.of(record, udp))
        .filter(concerns)
        .min(Comparator.comparing(node -> node.address().getClass() != teller.getClass()));
  }
}
