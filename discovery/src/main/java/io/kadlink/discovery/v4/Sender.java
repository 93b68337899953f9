package io.kadlink.discovery.v4;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.table.LocalNode;
import io.kadlink.discovery.udp.Transport;
import io.kadlink.discovery.v4.Packet.Encoded;
import io.kadlink.discovery.v4.Packet.Endpoint;
import io.kadlink.discovery.v4.Packet.Neighbor;
import io.kadlink.discovery.v4.Packet.Neighbors;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Fills in what every packet of ours has in common, signs and sends it. */
final class Sender {
  private static final Logger log = LoggerFactory.getLogger(Sender.class);

  /** How long our packets count: room for clocks that differ, no more. */
  static final Duration EXPIRATION = Duration.ofSeconds(20);

  private final Loop loop;
  private final LocalNode local;
  private final Transport transport;
  private final Traffic traffic;

  Sender(Loop loop, LocalNode local, Transport transport, Traffic traffic) {
    this.loop = loop;
    this.local = local;
    this.transport = transport;
    this.traffic = traffic;
  }

  /** Returns the hash that a pong will refer to. */
  Bytes32 ping(InetSocketAddress to, int tcpPort) {
    Endpoint from = new Endpoint(local.address(), local.udpPort(), local.tcpPort());
    return send(
        to,
        new Packet.Ping(
            Packet.Ping.VERSION, from, endpoint(to, tcpPort), expiration(), local.record().seq()));
  }

  void pong(InetSocketAddress to, int tcpPort, Bytes pingHash) {
    send(to, new Packet.Pong(endpoint(to, tcpPort), pingHash, expiration(), local.record().seq()));
  }

  void findNode(InetSocketAddress to, Bytes target) {
    send(to, new Packet.FindNode(target, expiration()));
  }

  /** Sends as many packets as it takes, and one when there are no nodes. */
  void neighbors(InetSocketAddress to, List<Neighbor> nodes) {
    int start = 0;
    do {
      int end = Math.min(start + Neighbors.MAX_NODES, nodes.size());
      send(to, new Neighbors(nodes.subList(start, end), expiration()));
      start = end;
    } while (start < nodes.size());
  }

  /** Returns the hash that the response will refer to. */
  Bytes32 enrRequest(InetSocketAddress to) {
    return send(to, new Packet.EnrRequest(expiration()));
  }

  void enrResponse(InetSocketAddress to, Bytes requestHash) {
    send(to, new Packet.EnrResponse(requestHash, local.record().encode()));
  }

  private Bytes32 send(InetSocketAddress to, Packet packet) {
    Encoded encoded = PacketCodec.encode(packet, local.signer());
    traffic.sent(packet);
    log.trace("{} to {}", packet, to);
    transport.send(to, encoded.datagram().toArrayUnsafe());
    return encoded.hash();
  }

  private long expiration() {
    return loop.now().plus(EXPIRATION).getEpochSecond();
  }

  private static Endpoint endpoint(InetSocketAddress address, int tcpPort) {
    return new Endpoint(Optional.of(address.getAddress()), address.getPort(), tcpPort);
  }
}
