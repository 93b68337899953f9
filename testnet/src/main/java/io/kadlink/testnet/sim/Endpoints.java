package io.kadlink.testnet.sim;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/** IPv4 endpoints as numbers: address and port in the low 48 bits. */
final class Endpoints {
  private static final int PORT_BITS = 16;
  private static final int PORT_MASK = 0xffff;

  private Endpoints() {}

  static long number(InetSocketAddress endpoint) {
    int address = ByteBuffer.wrap(endpoint.getAddress().getAddress()).getInt();
    return Integer.toUnsignedLong(address) << PORT_BITS | endpoint.getPort();
  }

  static InetSocketAddress of(int address, int port) {
    try {
      byte[] bytes = ByteBuffer.allocate(Integer.BYTES).putInt(address).array();
      return new InetSocketAddress(InetAddress.getByAddress(bytes), port);
    } catch (UnknownHostException e) {
      throw new AssertionError("four bytes are an address", e);
    }
  }

  static String text(long number) {
    InetSocketAddress endpoint = of((int) (number >> PORT_BITS), (int) number & PORT_MASK);
    return endpoint.getAddress().getHostAddress() + ":" + endpoint.getPort();
  }
}
