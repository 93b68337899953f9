package io.kadlink.testnet.sim.scenario;

import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.v4.BadPacketException;
import io.kadlink.discovery.v4.Packet;
import io.kadlink.discovery.v4.Packet.Endpoint;
import io.kadlink.discovery.v4.Packet.FindNode;
import io.kadlink.discovery.v4.Packet.Neighbor;
import io.kadlink.discovery.v4.Packet.Neighbors;
import io.kadlink.discovery.v4.Packet.Ping;
import io.kadlink.discovery.v4.Packet.Pong;
import io.kadlink.discovery.v4.PacketCodec;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.crypto.Keccak256;
import io.kadlink.testnet.sim.VirtualLoop;
import io.kadlink.testnet.sim.VirtualNetwork;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;

/** Lies over discv4: it tells the nearest of its kind to whatever target is asked for. */
final class LiarV4 implements Liar {
  private static final long VALID_SECONDS = 20;
  private static final int TOLD = 16;

  private final NodeKey key;
  private final VirtualLoop loop;
  private final VirtualNetwork.Socket socket;
  private final List<Contact> gang;

  /**
   * At rest.
   *
   * @param gang all of its kind
   */
  LiarV4(NodeKey key, VirtualLoop loop, VirtualNetwork.Socket socket, List<Contact> gang) {
    this.key = key;
    this.loop = loop;
    this.socket = socket;
    this.gang = gang;
  }

  @Override
  public void ping(Contact to) {
    ping(to.udp());
  }

  @Override
  public boolean received(InetSocketAddress from, byte[] datagram) {
    PacketCodec.Unverified received;
    try {
      received = PacketCodec.decode(datagram);
    } catch (BadPacketException e) {
      return false;
    }
    switch (received.packet()) {
      case Ping ping -> {
        send(from, new Pong(endpoint(from), received.hash(), soon(), 0));
        ping(from);
      }
      case FindNode find -> tell(from, find.target());
      default -> {
        // It is not here to learn.
      }
    }
    return true;
  }

  private void tell(InetSocketAddress from, Bytes target) {
    NodeId wanted = new NodeId(Bytes32.wrap(Keccak256.hash(target.toArrayUnsafe())));
    List<Neighbor> nearest =
        gang.stream()
            .sorted((a, b) -> wanted.compareDistance(a.id(), b.id()))
            .limit(TOLD)
            .map(LiarV4::neighbor)
            .toList();
    List<Neighbor> rest = new ArrayList<>(nearest);
    while (!rest.isEmpty()) {
      List<Neighbor> some = rest.subList(0, Math.min(Neighbors.MAX_NODES, rest.size()));
      send(from, new Neighbors(some, soon()));
      some.clear();
    }
  }

  private void ping(InetSocketAddress to) {
    send(to, new Ping(Ping.VERSION, endpoint(socket.localAddress()), endpoint(to), soon(), 0));
  }

  private void send(InetSocketAddress to, Packet packet) {
    socket.send(to, PacketCodec.encode(packet, key).datagram().toArrayUnsafe());
  }

  private long soon() {
    return loop.now().getEpochSecond() + VALID_SECONDS;
  }

  private static Neighbor neighbor(Contact contact) {
    return new Neighbor(
        contact.address(), contact.udp().getPort(), contact.tcpPort(), contact.publicKey().bytes());
  }

  static Endpoint endpoint(InetSocketAddress address) {
    return new Endpoint(Optional.of(address.getAddress()), address.getPort(), address.getPort());
  }
}
