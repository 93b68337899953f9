package io.kadlink.server.admission;

import io.kadlink.discovery.table.Addresses;
import java.net.InetAddress;

/**
 * How many peers, and how many of one place. What counts against no slot counts here neither.
 *
 * @param dialed slots for peers that we dial
 * @param accepted slots for peers that dial us
 * @param perAddress sessions with one IP address
 * @param perSubnet sessions with one IPv4 /24 or IPv6 /64
 * @param limitLan whether the last two hold for loopback and private addresses, too
 */
public record PeerLimits(
    int dialed, int accepted, int perAddress, int perSubnet, boolean limitLan) {

  /** A household or an office; more is one operator's machine room, or an eclipse attempt. */
  public static final int DEFAULT_PER_ADDRESS = 4;

  /** A fifth of the usual number of peers. */
  public static final int DEFAULT_PER_SUBNET = 10;

  static final int IPV4_SUBNET = 24;
  static final int IPV6_SUBNET = 64;

  public PeerLimits {
    if (dialed < 0 || accepted < 0 || perAddress < 1 || perSubnet < 1) {
      throw new IllegalArgumentException("a limit of nothing for an address allows nobody");
    }
  }

  /** With the usual limits for one place. */
  public static PeerLimits of(int dialed, int accepted) {
    return new PeerLimits(dialed, accepted, DEFAULT_PER_ADDRESS, DEFAULT_PER_SUBNET, false);
  }

  int total() {
    return dialed + accepted;
  }

  boolean countsPlace(InetAddress address) {
    return limitLan || !Addresses.isLan(address);
  }

  static Cidr subnet(InetAddress address) {
    return new Cidr(address, address.getAddress().length == 4 ? IPV4_SUBNET : IPV6_SUBNET);
  }
}
