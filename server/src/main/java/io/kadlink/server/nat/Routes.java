package io.kadlink.server.nat;

import io.kadlink.server.nat.wire.PmpCodec;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This machine's ways out, those by IPv4 first. Where the system has no {@code /proc/net/route},
 * the router is taken to have the first address of each private network, as nearly all home routers
 * do. Blocks for moments.
 */
final class Routes {
  private static final Logger log = LoggerFactory.getLogger(Routes.class);
  private static final Path TABLE = Path.of("/proc/net/route");

  private Routes() {}

  /**
   * The ways out of where a node listens: the wildcard, or an address of this machine, which then
   * has to be in the router's network.
   */
  static List<Route> from(InetAddress bind) {
    List<Route> routes = new ArrayList<>();
    try {
      for (InetAddress gateway : gateways()) {
        if (bind.isAnyLocalAddress()) {
          localAddressTo(gateway).ifPresent(local -> routes.add(new Route(gateway, local)));
        } else if (areNeighbours(bind, gateway)) {
          routes.add(new Route(gateway, bind));
        }
      }
    } catch (IOException e) {
      log.debug("the ways out of this machine can't be seen", e);
    }
    routes.addAll(Ipv6Routes.from(bind));
    return routes;
  }

  private static List<InetAddress> gateways() throws IOException {
    if (Files.isReadable(TABLE)) {
      return RoutingTable.gateways(
          Files.readString(TABLE, StandardCharsets.US_ASCII), ByteOrder.nativeOrder());
    }
    List<InetAddress> guesses = new ArrayList<>();
    for (NetworkInterface network : Collections.list(NetworkInterface.getNetworkInterfaces())) {
      if (!network.isUp() || network.isLoopback()) {
        continue;
      }
      for (InterfaceAddress own : network.getInterfaceAddresses()) {
        if (guesses.size() < RoutingTable.MAX_GATEWAYS
            && own.getAddress() instanceof Inet4Address
            && own.getAddress().isSiteLocalAddress()) {
          guesses.add(first(own.getAddress(), own.getNetworkPrefixLength()));
        }
      }
    }
    return guesses;
  }

  private static boolean areNeighbours(InetAddress own, InetAddress gateway)
      throws SocketException {
    NetworkInterface network = NetworkInterface.getByInetAddress(own);
    if (network == null || own.getAddress().length != gateway.getAddress().length) {
      return false;
    }
    for (InterfaceAddress at : network.getInterfaceAddresses()) {
      int length = at.getNetworkPrefixLength();
      if (at.getAddress().equals(own) && first(own, length).equals(first(gateway, length))) {
        return true;
      }
    }
    return false;
  }

  /** The first address of a network. */
  static InetAddress first(InetAddress own, int prefixLength) {
    byte[] bytes = own.getAddress();
    for (int bit = prefixLength; bit < bytes.length * 8; bit++) {
      bytes[bit / 8] &= (byte) ~(0x80 >> bit % 8);
    }
    bytes[bytes.length - 1] |= 1;
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four bytes are an address", e);
    }
  }

  /** What the kernel would send from; nothing is sent. */
  private static Optional<InetAddress> localAddressTo(InetAddress gateway) {
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.connect(gateway, PmpCodec.PORT);
      InetAddress local = socket.getLocalAddress();
      return local.isAnyLocalAddress() ? Optional.empty() : Optional.of(local);
    } catch (SocketException | java.io.UncheckedIOException e) {
      log.debug("there is no way to {}: {}", gateway, e.toString());
      return Optional.empty();
    }
  }
}
