package io.kadlink.testnet.sim;

import io.kadlink.discovery.table.Addresses;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Gives nodes public IPv4 addresses as they are spread in the world: most alone in their /24, some
 * with a few others, as in a data centre.
 */
final class AddressPlan {
  static final int PORT = 30303;

  /** Share of nodes that have the /24 of the node before, so that a few share one now and then. */
  private static final double NEIGHBOURS = 0.2;

  private static final int SUBNET_MASK = ~0xff;
  private static final int HOSTS = 254;

  private final RandomGenerator random;
  private final Set<Integer> used = new HashSet<>();
  private final Set<Integer> reserved = new HashSet<>();
  private int subnet;

  AddressPlan(RandomGenerator random) {
    this.random = random;
    this.subnet = publicSubnet();
  }

  /** An endpoint nobody had before. */
  InetSocketAddress next() {
    while (true) {
      if (random.nextDouble() >= NEIGHBOURS) {
        subnet = publicSubnet();
      }
      int address = subnet | 1 + random.nextInt(HOSTS);
      if (used.add(address)) {
        return Endpoints.of(address, PORT);
      }
    }
  }

  /** A /24 that no node gets an address of from now on. */
  int reserveSubnet() {
    int own = publicSubnet();
    reserved.add(own);
    return own;
  }

  private int publicSubnet() {
    while (true) {
      int candidate = random.nextInt() & SUBNET_MASK;
      InetAddress address = Endpoints.of(candidate | 1, PORT).getAddress();
      if (!Addresses.isSpecial(address)
          && !Addresses.isLan(address)
          && !reserved.contains(candidate)
          && !used.contains(candidate | 1)) {
        return candidate;
      }
    }
  }
}
