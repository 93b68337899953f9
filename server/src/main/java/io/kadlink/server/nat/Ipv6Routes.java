package io.kadlink.server.nat;

import com.google.common.net.InetAddresses;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This machine's ways out by IPv6, from a global address of its own: others are reached from there
 * alone, and a router's firewall is asked to let nothing pass to any other. None where the system
 * has no {@code /proc/net/ipv6_route}. Blocks for moments.
 */
final class Ipv6Routes {
  private static final Logger log = LoggerFactory.getLogger(Ipv6Routes.class);
  private static final Path TABLE = Path.of("/proc/net/ipv6_route");

  /** Somewhere far: what the kernel would send from is asked, nothing is sent. */
  private static final InetSocketAddress FAR =
      new InetSocketAddress(InetAddresses.forString("2000::1"), 9);

  private Ipv6Routes() {}

  /** The ways out of where a node listens: the wildcard, or a global address of this machine. */
  static List<Route> from(InetAddress bind) {
    List<Route> routes = new ArrayList<>();
    try {
      if (!Files.isReadable(TABLE)) {
        return routes;
      }
      String table = Files.readString(TABLE, StandardCharsets.US_ASCII);
      for (Ipv6RoutingTable.Hop hop : Ipv6RoutingTable.gateways(table)) {
        NetworkInterface out = NetworkInterface.getByName(hop.networkInterface());
        Optional<InetAddress> local = out == null ? Optional.empty() : local(bind, out);
        if (out != null && local.isPresent()) {
          InetAddress router =
              Inet6Address.getByAddress(null, hop.address().getAddress(), out.getIndex());
          routes.add(new Route(router, local.get()));
        }
      }
    } catch (IOException e) {
      log.debug("the ways out of this machine by IPv6 can't be seen", e);
    }
    return routes;
  }

  private static Optional<InetAddress> local(InetAddress bind, NetworkInterface out)
      throws SocketException {
    InetAddress local = bind.isAnyLocalAddress() ? source() : bind;
    return local instanceof Inet6Address
            && Reach.problem(local).isEmpty()
            && out.equals(NetworkInterface.getByInetAddress(local))
        ? Optional.of(local)
        : Optional.empty();
  }

  private static InetAddress source() throws SocketException {
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.connect(FAR);
      return socket.getLocalAddress();
    } catch (java.io.UncheckedIOException e) {
      throw new SocketException("there is no way out by IPv6");
    }
  }
}
