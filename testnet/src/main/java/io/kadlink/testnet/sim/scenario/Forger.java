package io.kadlink.testnet.sim.scenario;

import io.kadlink.discovery.v4.Packet;
import io.kadlink.discovery.v4.Packet.FindNode;
import io.kadlink.discovery.v4.Packet.Neighbor;
import io.kadlink.discovery.v4.Packet.Neighbors;
import io.kadlink.discovery.v4.Packet.Ping;
import io.kadlink.discovery.v4.Packet.Pong;
import io.kadlink.discovery.v4.PacketCodec;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.crypto.Keccak256;
import io.kadlink.testnet.sim.SimulatedNode;
import io.kadlink.testnet.sim.VirtualLoop;
import io.kadlink.testnet.sim.VirtualNetwork;
import io.kadlink.testnet.sim.World;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.apache.tuweni.bytes.Bytes;

/**
 * Sends forged packets under forged addresses, every other one under an honest node's: noise,
 * packets with a true hash and a false signature, and pings, pongs, questions and answers that are
 * signed well, by keys nobody knows.
 */
final class Forger {
  /** Packets made beforehand, used again and again. */
  private static final int POOL = 512;

  private static final int MAX_NOISE_BYTES = 600;
  private static final int HASH_BYTES = 32;
  private static final int SIGNATURE_BYTES = 65;
  private static final int TOLD = 4;

  private final VirtualLoop loop;
  private final VirtualNetwork.Socket socket;
  private final RandomGenerator random;
  private final List<InetSocketAddress> targets = new ArrayList<>();
  private final List<InetSocketAddress> sources = new ArrayList<>();
  private final List<byte[]> pool = new ArrayList<>();
  private boolean stopped;

  Forger(World world, List<SimulatedNode> targets, List<SimulatedNode> honest) {
    this.loop = world.newLoop();
    this.random = new SplittableRandom(world.random().nextLong());
    this.socket = world.open(loop, world.newAddress(), (from, datagram) -> {});
    targets.forEach(node -> this.targets.add(node.address()));
    honest.forEach(node -> sources.add(node.address()));
    while (sources.size() < 2 * honest.size()) {
      sources.add(world.newAddress());
    }
    List<InetSocketAddress> invented = new ArrayList<>();
    for (int i = 0; i < TOLD; i++) {
      invented.add(world.newAddress());
    }
    for (int i = 0; i < POOL; i++) {
      NodeKey key = world.newKey();
      pool.add(forge(i, key, invented));
    }
  }

  /** Sends so many packets a second to each target. */
  void start(int perSecond) {
    Duration gap = Duration.ofNanos(TimeUnit.SECONDS.toNanos(1) / perSecond);
    loop.run(() -> tick(gap));
  }

  void stop() {
    stopped = true;
  }

  long packetsSent() {
    return socket.sent();
  }

  long bytesSent() {
    return socket.sentBytes();
  }

  private void tick(Duration gap) {
    if (stopped) {
      return;
    }
    for (InetSocketAddress target : targets) {
      InetSocketAddress source = sources.get(random.nextInt(sources.size()));
      socket.sendForged(source, target, pool.get(random.nextInt(pool.size())));
    }
    var unused = loop.schedule(gap, () -> tick(gap));
  }

  private byte[] forge(int number, NodeKey key, List<InetSocketAddress> invented) {
    long expiration = Long.MAX_VALUE;
    InetSocketAddress target = targets.get(number % targets.size());
    return switch (number % 8) {
      case 0, 1 -> noise();
      case 2 -> badlySigned(sign(ping(target, expiration), key));
      case 3, 4 -> sign(ping(target, expiration), key);
      case 5 -> sign(new Pong(LiarV4.endpoint(target), hash(), expiration, 0), key);
      case 6 -> sign(new Neighbors(neighbors(key, invented), expiration), key);
      default -> sign(new FindNode(key.publicKey().bytes(), expiration), key);
    };
  }

  private byte[] noise() {
    byte[] bytes = new byte[1 + random.nextInt(MAX_NOISE_BYTES)];
    random.nextBytes(bytes);
    return bytes;
  }

  private byte[] badlySigned(byte[] packet) {
    byte[] signature = new byte[SIGNATURE_BYTES - 1];
    random.nextBytes(signature);
    System.arraycopy(signature, 0, packet, HASH_BYTES, signature.length);
    byte[] hash = Keccak256.hash(packet, HASH_BYTES, packet.length - HASH_BYTES);
    System.arraycopy(hash, 0, packet, 0, HASH_BYTES);
    return packet;
  }

  private Bytes hash() {
    byte[] hash = new byte[HASH_BYTES];
    random.nextBytes(hash);
    return Bytes.wrap(hash);
  }

  private Ping ping(InetSocketAddress to, long expiration) {
    return new Ping(
        Ping.VERSION,
        LiarV4.endpoint(sources.get(sources.size() - 1)),
        LiarV4.endpoint(to),
        expiration,
        0);
  }

  private static List<Neighbor> neighbors(NodeKey key, List<InetSocketAddress> invented) {
    return invented.stream()
        .map(
            at ->
                new Neighbor(at.getAddress(), at.getPort(), at.getPort(), key.publicKey().bytes()))
        .toList();
  }

  private static byte[] sign(Packet packet, NodeKey key) {
    return PacketCodec.encode(packet, key).datagram().toArray();
  }
}
