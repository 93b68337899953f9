package io.kadlink.discovery.v5;

import io.kadlink.discovery.table.Addresses;
import io.kadlink.discovery.table.Contact;
import io.kadlink.identity.NodeRecord;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.tuweni.bytes.Bytes;

/** What records say of endpoints, and which of it is believed. */
final class Endpoints {
  /** Ports up to this one belong to DNS, NTP and the like, which must not get our packets. */
  static final int HIGHEST_RESERVED_PORT = 1024;

  private Endpoints() {}

  /** Whether the record says that the node is reached at {@code udp}. */
  static boolean claims(NodeRecord record, InetSocketAddress udp) {
    boolean v4 = udp.getAddress() instanceof Inet4Address;
    Optional<Bytes> address = record.bytes(v4 ? "ip" : "ip6");
    Optional<Bytes> port = record.bytes(!v4 && record.entry("udp6").isPresent() ? "udp6" : "udp");
    return address.filter(Bytes.wrap(udp.getAddress().getAddress())::equals).isPresent()
        && port.filter(value -> isPort(value, udp.getPort())).isPresent();
  }

  /** The node of a record that {@code teller} told of, when it may be contacted. */
  static Optional<Contact> contact(
      NodeRecord record, InetAddress teller, Predicate<Contact> concerns) {
    return record.udpEndpoints().stream()
        .filter(udp -> udp.getPort() > HIGHEST_RESERVED_PORT)
        .filter(udp -> Addresses.mayRelay(teller, udp.getAddress()))
        .map(udp -> Contact.of(record, udp))
        .filter(concerns)
        .findFirst();
  }

  private static boolean isPort(Bytes value, int port) {
    return value.size() <= Short.BYTES && value.toInt() == port;
  }
}
