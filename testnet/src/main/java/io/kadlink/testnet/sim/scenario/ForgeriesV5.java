package io.kadlink.testnet.sim.scenario;

import io.kadlink.discovery.v5.AesGcm;
import io.kadlink.discovery.v5.KeyAgreement;
import io.kadlink.discovery.v5.PacketCodec;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.NodeRecord;
import io.kadlink.testnet.sim.SimulatedNode;
import io.kadlink.testnet.sim.World;
import java.net.InetSocketAddress;
import java.util.List;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;

/**
 * Forged discv5 packets: messages nobody can read, in honest nodes' names and in invented ones,
 * challenges to nothing that was sent, and handshakes that answer no challenge. The latter come
 * with true records, since everybody can get those, and meet the challenges that the former
 * provoked.
 */
final class ForgeriesV5 {
  /** A WHOAREYOU is answered to the smallest as well, so they are small: that amplifies most. */
  private static final int MESSAGE_BYTES = 20;

  /** Where flag and sizes are in a packet. */
  private static final int HEADER_FROM = 24;

  private static final int HEADER_TO = 39;

  private final World world;
  private final Draws draws;
  private final SimulatedNode target;
  private final List<SimulatedNode> honest;

  ForgeriesV5(World world, Draws draws, SimulatedNode target, List<SimulatedNode> honest) {
    this.world = world;
    this.draws = draws;
    this.target = target;
    this.honest = honest;
  }

  /** One more; the kinds come in turn. */
  Forgery make(int number) {
    NodeKey key = world.newKey();
    SimulatedNode named = honest.get(world.random().nextInt(honest.size()));
    return switch (number % 8) {
      case 0, 1 -> Forgery.fromAnywhere(unreadable(key.id()));
      case 2, 3 -> Forgery.from(named.address(), unreadable(named.id()));
      case 4 -> Forgery.fromAnywhere(damaged(unreadable(key.id())));
      case 5 -> Forgery.from(named.address(), whoAreYou(named.id()));
      case 6 -> Forgery.from(named.address(), handshake(named.id(), key, record(named)));
      default -> fromStranger(key);
    };
  }

  private byte[] unreadable(NodeId source) {
    return new PacketCodec(source)
        .random(target.id(), draws.iv(), draws.nonce(), draws.bytes(MESSAGE_BYTES));
  }

  /** One bit of the header is wrong. */
  private byte[] damaged(byte[] packet) {
    int at = HEADER_FROM + draws.random().nextInt(HEADER_TO - HEADER_FROM);
    packet[at] ^= (byte) (1 << draws.random().nextInt(Byte.SIZE));
    return packet;
  }

  private byte[] whoAreYou(NodeId source) {
    return new PacketCodec(source).whoAreYou(target.id(), draws.challenge(draws.nonce()));
  }

  /** All in order, but for a challenge that the target never made. */
  private Forgery fromStranger(NodeKey key) {
    InetSocketAddress at = world.newAddress();
    NodeRecord record =
        NodeRecord.builder().seq(1).endpoint(at.getAddress(), at.getPort(), at.getPort()).sign(key);
    return Forgery.from(at, handshake(key.id(), key, record));
  }

  private byte[] handshake(NodeId source, NodeKey key, NodeRecord record) {
    Bytes challenge = draws.challenge(draws.nonce());
    Bytes ephemeral = key.publicKey().compressed();
    Bytes32 digest = KeyAgreement.idSignatureDigest(challenge, ephemeral, target.id());
    Bytes secret = key.ecdhCompressed(target.key().publicKey());
    Bytes sealing = KeyAgreement.derive(secret, source, target.id(), challenge).initiatorKey();
    return new PacketCodec(source)
        .handshake(
            target.id(),
            draws.iv(),
            draws.nonce(),
            key.sign(digest).withoutRecoveryId(),
            ephemeral,
            record.encode(),
            draws.bytes(MESSAGE_BYTES),
            new AesGcm(sealing));
  }

  private static NodeRecord record(SimulatedNode node) {
    return node.contact().record().orElseThrow();
  }
}
