package io.kadlink.server.nat;

import com.google.common.net.InetAddresses;
import io.kadlink.discovery.table.Addresses;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Optional;

/** Whether an address that a router or server told can be reached from everywhere. */
final class Reach {
  private Reach() {}

  /** Why it can't be, and what to do about it; empty when nothing speaks against it. */
  static Optional<String> problem(InetAddress address) {
    String ip = InetAddresses.toAddrString(address);
    if (isSharedByProvider(address)) {
      return Optional.of(
          ip
              + " is shared by many customers of the provider (carrier-grade NAT): ask the provider"
              + " for an address of your own, or use IPv6");
    }
    if (Addresses.isLan(address)) {
      return Optional.of(
          ip
              + " is a private address, so there is another router in front: have that one forward"
              + " the ports to "
              + ip
              + ", or turn its NAT off, and give the public address with --nat extip:IP");
    }
    if (Addresses.isSpecial(address)) {
      return Optional.of(ip + " is no address of the internet: the router may not be connected");
    }
    return Optional.empty();
  }

  /** 100.64.0.0/10 (RFC 6598). */
  private static boolean isSharedByProvider(InetAddress address) {
    byte[] bytes = address.getAddress();
    return address instanceof Inet4Address && bytes[0] == 100 && (bytes[1] & 0xc0) == 64;
  }
}
