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
import io.kadlink.testnet.sim.World;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.apache.tuweni.bytes.Bytes;

/**
 * Forged discv4 packets: packets with a true hash and a false signature, and pings, pongs,
 * questions and answers that are signed well, by keys nobody knows.
 */
final class ForgeriesV4 {
  private static final int HASH_BYTES = 32;
  private static final int SIGNATURE_BYTES = 65;
  private static final int TOLD = 4;
  private static final long EXPIRATION = Long.MAX_VALUE;

  private final World world;
  private final Draws draws;
  private final InetSocketAddress target;
  private final List<InetSocketAddress> invented = new ArrayList<>();

  ForgeriesV4(World world, Draws draws, InetSocketAddress target) {
    this.world = world;
    this.draws = draws;
    this.target = target;
    for (int i = 0; i < TOLD; i++) {
      invented.add(world.newAddress());
    }
  }

  /** One more; the kinds come in turn. */
  Forgery make(int number) {
    NodeKey key = world.newKey();
    Bytes hash = Bytes.wrap(draws.bytes(HASH_BYTES));
    return Forgery.fromAnywhere(
        switch (number % 6) {
          case 0 -> badlySigned(sign(ping(), key));
          case 1, 2 -> sign(ping(), key);
          case 3 -> sign(new Pong(LiarV4.endpoint(target), hash, EXPIRATION, 0), key);
          case 4 -> sign(new Neighbors(neighbors(key), EXPIRATION), key);
          default -> sign(new FindNode(key.publicKey().bytes(), EXPIRATION), key);
        });
  }

  private byte[] badlySigned(byte[] packet) {
    byte[] signature = draws.bytes(SIGNATURE_BYTES - 1);
    System.arraycopy(signature, 0, packet, HASH_BYTES, signature.length);
    byte[] hash = Keccak256.hash(packet, HASH_BYTES, packet.length - HASH_BYTES);
    System.arraycopy(hash, 0, packet, 0, HASH_BYTES);
    return packet;
  }

  private Ping ping() {
    return new Ping(
        Ping.VERSION, LiarV4.endpoint(invented.get(0)), LiarV4.endpoint(target), EXPIRATION, 0);
  }

  private List<Neighbor> neighbors(NodeKey key) {
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
