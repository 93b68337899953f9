package io.kadlink.protocols.relay;

import java.net.Inet6Address;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** From where an address can be reached. */
enum AddressScope {
  /** No single host: unspecified or multicast. */
  NOWHERE,
  /** The same host alone. */
  HOST,
  /** The same private network. */
  SITE,
  WORLD;

  /** {@code null}, an address that is not resolved, is nowhere. */
  static AddressScope of(@Nullable InetAddress address) {
    if (address == null || address.isAnyLocalAddress() || address.isMulticastAddress()) {
      return NOWHERE;
    }
    if (address.isLoopbackAddress()) {
      return HOST;
    }
    boolean site =
        address.isSiteLocalAddress() || address.isLinkLocalAddress() || isUniqueLocal(address);
    return site ? SITE : WORLD;
  }

  /** Whether it means the same host to us as to a node of that scope that tells us of it. */
  boolean meaningfulFrom(AddressScope teller) {
    return switch (this) {
      case NOWHERE -> false;
      case HOST -> teller == HOST;
      case SITE -> teller == HOST || teller == SITE;
      case WORLD -> true;
    };
  }

  /** {@code fc00::/7}, RFC 4193. */
  private static boolean isUniqueLocal(InetAddress address) {
    return address instanceof Inet6Address && (address.getAddress()[0] & 0xfe) == 0xfc;
  }
}
