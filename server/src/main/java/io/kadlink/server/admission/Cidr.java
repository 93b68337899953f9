package io.kadlink.server.admission;

import com.google.common.net.InetAddresses;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * A network: an address and how many of its leading bits count.
 *
 * @param address IPv4 or IPv6; its bits past the prefix are made zero
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
    address = first(address, prefixLength);
  }

  /** That address alone. */
  public static Cidr of(InetAddress address) {
    return new Cidr(address, address.getAddress().length * Byte.SIZE);
  }

  /** The first address of the network that {@code address} is in. */
  static InetAddress first(InetAddress address, int prefixLength) {
    byte[] bytes = address.getAddress();
    for (int i = prefixLength / Byte.SIZE; i < bytes.length; i++) {
      int kept = Math.max(0, prefixLength - i * Byte.SIZE);
      bytes[i] &= (byte) (0xff << (Byte.SIZE - kept));
    }
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address of " + bytes.length + " bytes", e);
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
      return of(address);
    }
    try {
      return new Cidr(address, Integer.parseInt(text.substring(slash + 1)));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("not a prefix length in '" + text + "'", e);
    }
  }

  /** Whether {@code other} is in this network; never across address families. */
  public boolean contains(InetAddress other) {
    return other.getAddress().length == address.getAddress().length
        && first(other, prefixLength).equals(address);
  }

  @Override
  public String toString() {
    return InetAddresses.toAddrString(address) + "/" + prefixLength;
  }
}
