package io.kadlink.server.nat;

import java.net.Inet6Address;
import java.net.InetAddress;

/**
 * A way out of the local network, by IPv4 or by IPv6.
 *
 * @param gateway the router
 * @param local this machine's address on the router's network
 */
record Route(InetAddress gateway, InetAddress local) {
  boolean isIpv6() {
    return local instanceof Inet6Address;
  }
}
