package io.kadlink.server.admission;

import com.google.common.net.InetAddresses;
import java.net.InetAddress;

/**
 * A network: an address and how many of its leading bits count.
 *
 * @param address IPv4 or IPv6; its bits past the prefix are ignored
 * @param prefixLength 0 to 32 or 0 to 128
 */
public record Cidr(InetAddress address, int prefixLength) {

  public Cidr {
    int bits = address.getAddress().length * Byte.SIZE;
    if (prefixLength < 0 || prefixLength > bits) {
      throw new IllegalArgumentException(
          "the prefix length of "
              + InetAddresses.toAddrString(address)
              + " is 0 to "
              + bits
              + ", not "
              + prefixLength);
    }
  }

  /**
   * Reads {@code 10.0.0.0/8} or {@code fd00::/8}; a bare address means itself alone.
   *
   * @throws IllegalArgumentException saying what is wrong with it
   */
  public static Cidr parse(String text) {
    int slash = text.indexOf('/');
    String host = slash < 0 ? text : text.substring(0, slash);
    if (!InetAddresses.isInetAddress(host)) {
      throw new IllegalArgumentException(
          "not a network in CIDR notation (like 10.0.0.0/8): '" + text + "'");
    }
    InetAddress address = InetAddresses.forString(host);
    if (slash < 0) {
      return new Cidr(address, address.getAddress().length * Byte.SIZE);
    }
    try {
      return new Cidr(address, Integer.parseInt(text.substring(slash + 1)));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("not a prefix length in '" + text + "'", e);
    }
  }

  /** Whether {@code other} is in this network; never across address families. */
  public boolean contains(InetAddress other) {
    byte[] network = address.getAddress();
    byte[] candidate = other.getAddress();
    if (network.length != candidate.length) {
      return false;
    }
    for (int bit = 0; bit < prefixLength; bit += Byte.SIZE) {
      int mask = prefixLength - bit >= Byte.SIZE ? 0xff : 0xff << (Byte.SIZE - prefixLength + bit);
      if (((network[bit / Byte.SIZE] ^ candidate[bit / Byte.SIZE]) & mask & 0xff) != 0) {
        return false;
      }
    }
    return true;
  }

  @Override
  public String toString() {
    return InetAddresses.toAddrString(address) + "/" + prefixLength;
  }
}
