package io.kadlink.discovery.table;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import org.apache.tuweni.bytes.Bytes;

/**
 * Counts nodes by network (IPv4 /24, IPv6 /64) and refuses more than a limit from one: an attacker
 * who owns a network must not fill the table with it.
 */
final class SubnetLimit {
  private final int limit;
  private final Map<Bytes, Integer> counts = new HashMap<>();

  SubnetLimit(int limit) {
    this.limit = limit;
  }

  boolean add(InetAddress address) {
    Bytes subnet = Addresses.subnet(address);
    int count = counts.getOrDefault(subnet, 0);
    if (count >= limit) {
      return false;
    }
    counts.put(subnet, count + 1);
    return true;
  }

  void remove(InetAddress address) {
    counts.computeIfPresent(
        Addresses.subnet(address), (net, count) -> count == 1 ? null : count - 1);
  }
}
