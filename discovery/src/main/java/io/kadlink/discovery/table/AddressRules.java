package io.kadlink.discovery.table;

import io.kadlink.identity.NodeRecord;
import java.net.InetAddress;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Which addresses a node has to do with.
 *
 * @param allowed nodes elsewhere are neither asked nor kept
 * @param limitLan whether the limits per network count for loopback and private addresses too,
 *     where all nodes of a test network or an office share one
 */
public record AddressRules(Predicate<InetAddress> allowed, boolean limitLan) {

  /** All addresses, private ones without limit. */
  public static AddressRules defaults() {
    return new AddressRules(address -> true, false);
  }

  /** These rules, but only for nodes whose address passes. */
  public AddressRules withAllowed(Predicate<InetAddress> addresses) {
    return new AddressRules(addresses, limitLan);
  }

  /** These rules, with or without the limits per network for loopback and private addresses. */
  public AddressRules withLimitLan(boolean limit) {
    return new AddressRules(allowed, limit);
  }

  /** The node of {@code record} at the first of its endpoints that is allowed. */
  public Optional<Contact> contact(NodeRecord record) {
    return record.udpEndpoints().stream()
        .filter(at -> allowed.test(at.getAddress()))
        .findFirst()
        .map(at -> Contact.of(record, at));
  }

  boolean isLimited(InetAddress address) {
    return limitLan || !Addresses.isLan(address);
  }
}
