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
import io.kadlink.testnet.sim.World;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;

/**
 * One identity of an attacker on discv4. It keeps every rule that can be checked, so that it is let
 * in, and tells of nobody but its kind: the nearest to the target that was asked for.
 */
final class Attacker {
  /** How often it shows itself to the victim and to somebody else. */
  private static final Duration PING_PERIOD = Duration.ofSeconds(10);

  private static final long VALID_SECONDS = 20;
  private static final int TOLD = 16;

  private final NodeKey key;
  private final VirtualLoop loop;
  private final VirtualNetwork.Socket socket;
  private final RandomGenerator random;
  private final List<Contact> gang;
  private final List<InetSocketAddress> victims;
  private final List<InetSocketAddress> others;

  /**
   * An attacker at rest.
   *
   * @param gang all attackers, this one among them once it is complete
   * @param victims whom they close in on
   * @param others whom they talk to in order to be known
   */
  Attacker(
      World world,
      NodeKey key,
      InetSocketAddress address,
      List<Contact> gang,
      List<InetSocketAddress> victims,
      List<InetSocketAddress> others) {
    this.key = key;
    this.gang = gang;
    this.victims = victims;
    this.others = others;
    this.random = new SplittableRandom(world.random().nextLong());
    this.loop = world.newLoop();
    this.socket = world.open(loop, address, this::received);
  }

  Contact contact() {
    InetSocketAddress at = socket.localAddress();
    return Contact.of(key.publicKey(), at, at.getPort());
  }

  void start() {
    loop.run(this::schedule);
  }

  private void schedule() {
    Duration wait = Duration.ofNanos(random.nextLong(2 * PING_PERIOD.toNanos()));
    var unused =
        loop.schedule(
            wait,
            () -> {
              victims.forEach(this::ping);
              ping(others.get(random.nextInt(others.size())));
              schedule();
            });
  }

  private void received(InetSocketAddress from, byte[] datagram) {
    try {
      PacketCodec.Unverified received = PacketCodec.decode(datagram);
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
    } catch (BadPacketException e) {
      throw new IllegalStateException("the nodes are honest, and the network breaks nothing", e);
    }
  }

  private void tell(InetSocketAddress from, Bytes target) {
    NodeId wanted = new NodeId(Bytes32.wrap(Keccak256.hash(target.toArrayUnsafe())));
    List<Neighbor> nearest =
        gang.stream()
            .sorted((a, b) -> wanted.compareDistance(a.id(), b.id()))
            .limit(TOLD)
            .map(Attacker::neighbor)
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
