package io.kadlink.testnet;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The ports of a network: {@code base + i} for node i's devp2p (TCP and UDP), {@code base + nodes +
 * i} for its JSON-RPC.
 */
public record Ports(int base, int nodes) {
  /** Below the range that the system hands out to clients, so that nothing else takes one. */
  private static final int LOWEST = 20_000;

  private static final int HIGHEST = 32_000;
  private static final int TRIES = 50;

  public int devp2p(int node) {
    return base + node;
  }

  public int rpc(int node) {
    return base + nodes + node;
  }

  /** The range from {@code base}, which must be free. */
  static Ports at(int base, int nodes) throws IOException {
    Ports ports = new Ports(base, nodes);
    int taken = ports.firstTaken();
    if (taken != 0) {
      throw new IOException(
          "port " + taken + " is in use on 127.0.0.1; choose another --port-base, or leave it out");
    }
    return ports;
  }

  /** Some free range. */
  public static Ports free(int nodes) throws IOException {
    for (int i = 0; i < TRIES; i++) {
      Ports ports =
          new Ports(ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST - 2 * nodes), nodes);
      if (ports.firstTaken() == 0) {
        return ports;
      }
    }
    throw new IOException(
        "no " + 2 * nodes + " free ports in a row between " + LOWEST + " and " + HIGHEST);
  }

  private int firstTaken() {
    for (int port = base; port < base + 2 * nodes; port++) {
      if (port < 1 || port > 65535 || isTaken(port)) {
        return port;
      }
    }
    return 0;
  }

  private static boolean isTaken(int port) {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (ServerSocket tcp = new ServerSocket();
        DatagramSocket udp = new DatagramSocket(null)) {
      tcp.setReuseAddress(true);
      tcp.bind(new InetSocketAddress(loopback, port));
      udp.bind(new InetSocketAddress(loopback, port));
      return false;
    } catch (IOException e) {
      return true;
    }
  }
}
