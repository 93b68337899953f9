package io.kadlink.discovery.table;

import com.google.common.net.InetAddresses;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import org.apache.tuweni.bytes.Bytes;

/** Which addresses and ports a node may be at, and who may tell of them. */
public final class Addresses {

  /**
   * Networks no node can be in: special-purpose, documentation, multicast and transition ranges of
   * the IANA special-purpose address registries (RFC 6890).
   */
  private static final List<Network> SPECIAL =
      List.of(
          new Network("0.0.0.0", 8),
          new Network("192.0.0.0", 29),
          new Network("192.0.0.9", 32),
          new Network("192.0.0.170", 31),
          new Network("192.0.2.0", 24),
          new Network("192.31.196.0", 24),
          new Network("192.52.193.0", 24),
          new Network("192.88.99.0", 24),
          new Network("192.175.48.0", 24),
          new Network("198.18.0.0", 15),
          new Network("198.51.100.0", 24),
          new Network("203.0.113.0", 24),
          new Network("240.0.0.0", 4),
          new Network("100::", 64),
          new Network("2001::", 32),
          new Network("2001:1::1", 128),
          new Network("2001:2::", 48),
          new Network("2001:3::", 32),
          new Network("2001:4:112::", 48),
          new Network("2001:5::", 32),
          new Network("2001:10::", 28),
          new Network("2001:20::", 28),
          new Network("2001:db8::", 32),
          new Network("2002::", 16));

  private static final Network UNIQUE_LOCAL = new Network("fc00::", 7);

  /** Ports up to this one belong to DNS, NTP and the like, which must not get our packets. */
  public static final int HIGHEST_RESERVED_PORT = 1024;

  private Addresses() {}

  /** Whether {@code address} is on this machine or in a private network. */
  public static boolean isLan(InetAddress address) {
    return address.isLoopbackAddress()
        || address.isSiteLocalAddress()
        || address.isLinkLocalAddress()
        || UNIQUE_LOCAL.contains(address);
  }

  /** Whether no node can be at {@code address}: unspecified, multicast or special-purpose. */
  public static boolean isSpecial(InetAddress address) {
    if (address.isAnyLocalAddress() || address.isMulticastAddress()) {
      return true;
    }
    byte[] bytes = address.getAddress();
    for (Network network : SPECIAL) {
      if (network.contains(bytes)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether {@code sender} may tell of a node at {@code address}: a loopback address only from
   * loopback, a private one only from a private network, special ones never. Otherwise a stranger
   * could have us probe our own network.
   */
  public static boolean mayRelay(InetAddress sender, InetAddress address) {
    if (isSpecial(address)) {
      return false;
    }
    if (address.isLoopbackAddress()) {
      return sender.isLoopbackAddress();
    }
    return !isLan(address) || isLan(sender);
  }

  /**
   * Whether {@code sender} may tell of a node at {@code udp}: at an address it {@linkplain
   * #mayRelay(InetAddress, InetAddress) may tell of}, and not on a reserved port. Otherwise anyone
   * could have us send packets to a DNS server.
   */
  public static boolean mayRelay(InetAddress sender, InetSocketAddress udp) {
    return !isReserved(udp) && mayRelay(sender, udp.getAddress());
  }

  /** Whether the port is one that other services have, so that no node is looked for there. */
  public static boolean isReserved(InetSocketAddress udp) {
    return udp.getPort() <= HIGHEST_RESERVED_PORT;
  }

  /** A network in CIDR terms. */
  private static final class Network {
    private final byte[] prefix;
    private final int bits;

    Network(String address, int bits) {
      this.prefix = InetAddresses.forString(address).getAddress();
      this.bits = bits;
    }

    boolean contains(InetAddress address) {
      return contains(address.getAddress());
    }

    boolean contains(byte[] address) {
      return address.length == prefix.length && commonBits(address, prefix) >= bits;
    }
  }

  /** The network of {@code address} that limits count in: an IPv4 /24 or an IPv6 /64. */
  public static Bytes subnet(InetAddress address) {
    int bytes = address instanceof Inet4Address ? 3 : 8;
    return Bytes.wrap(Arrays.copyOf(address.getAddress(), bytes));
  }

  private static int commonBits(byte[] a, byte[] b) {
    for (int i = 0; i < a.length; i++) {
      int difference = (a[i] ^ b[i]) & 0xff;
      if (difference != 0) {
        return i * 8 + Integer.numberOfLeadingZeros(difference) - 24;
      }
    }
    return a.length * 8;
  }
}
