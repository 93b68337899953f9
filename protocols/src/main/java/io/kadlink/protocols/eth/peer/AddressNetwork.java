package io.kadlink.protocols.eth.peer;

import io.kadlink.discovery.table.Addresses;
import io.kadlink.server.Peer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;

/** The network a peer is in, where who owns one could be many peers at once. */
final class AddressNetwork {
  private AddressNetwork() {}

  /**
   * An IPv4 /24 or IPv6 /64; of a relayed session its relay; none for this machine and private
   * networks, where all nodes of a test network or an office share one.
   */
  static Optional<Bytes> of(Peer session) {
    if (session.relay().isPresent()) {
      return session.relay().map(relay -> relay.id().bytes());
    }
    return session.remoteAddress() instanceof InetSocketAddress remote
        ? Optional.ofNullable(remote.getAddress()).flatMap(AddressNetwork::of)
        : Optional.empty();
  }

  private static Optional<Bytes> of(InetAddress address) {
    return Addresses.isLan(address) ? Optional.empty() : Optional.of(Addresses.subnet(address));
  }
}
