package io.kadlink.discovery.v5;

import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.testing.V5Node;
import io.kadlink.discovery.testing.VirtualNetwork;
import io.kadlink.discovery.udp.Transport;
import java.net.InetSocketAddress;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;

/** A virtual network with production nodes and hand-driven peers. */
final class V5Scene {
  final VirtualNetwork network = new VirtualNetwork(5);
  private int peers = 100;

  V5Node node(int number) {
    return node(number, VirtualNetwork.address(30, number, 1, 1));
  }

  V5Node node(int number, InetSocketAddress address) {
    AtomicReference<V5Node> target = new AtomicReference<>();
    Transport transport =
        network.open(address, (from, datagram) -> target.get().received(from, datagram));
    V5Node node =
        new V5Node(network.time, V5Peer.key(number), transport, address, new Random(number));
    target.set(node);
    return node;
  }

  /** A peer with a key and an address of its own. */
  V5Peer peer(V5Node remote) {
    peers++;
    return peer(VirtualNetwork.address(40, peers, 1, 1), remote);
  }

  V5Peer peer(InetSocketAddress address, V5Node remote) {
    peers++;
    return new V5Peer(network, peers, address, remote);
  }

  static Contact contact(V5Peer peer) {
    return Contact.of(peer.record, peer.address);
  }
}
