package io.kadlink.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.testing.LoopbackNodes;
import io.kadlink.discovery.testing.Peer.Received;
import io.kadlink.discovery.testing.UdpPeer;
import io.kadlink.discovery.v4.Packet;
import io.kadlink.discovery.v4.Packet.EnrRequest;
import io.kadlink.discovery.v4.Packet.EnrResponse;
import io.kadlink.discovery.v4.Packet.FindNode;
import io.kadlink.discovery.v4.Packet.Neighbor;
import io.kadlink.discovery.v4.Packet.Neighbors;
import io.kadlink.discovery.v4.Packet.Ping;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.NodeRecord;
import java.util.List;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Nobody gets more than pongs and pings before answering a ping from where they claim to be. */
class EndpointProofTest {
  private final LoopbackNodes nodes = new LoopbackNodes();
  private final DiscoveryService node = nodes.start(30303);
  private final NodeKey key = NodeKey.generate();
  private final UdpPeer peer = new UdpPeer(key, node.localAddress(), "127.0.0.1");

  @AfterEach
  void stop() {
    peer.close();
    nodes.close();
  }

  private FindNode findNode() {
    return new FindNode(NodeKey.generate().publicKey().bytes(), peer.soon());
  }

  @Test
  void findNodeWithoutProofGetsNoAnswer() {
    peer.send(findNode());
    assertThat(peer.receiveAll()).isEmpty();
    assertThat(nodes.dropped("unproven")).isEqualTo(1);
  }

  @Test
  void recordRequestWithoutProofGetsNoAnswer() {
    peer.send(new EnrRequest(peer.soon()));
    assertThat(peer.receiveAll()).isEmpty();
    assertThat(nodes.dropped("unproven")).isEqualTo(1);
  }

  @Test
  void afterTheProofBothAreAnswered() {
    peer.bond();
    peer.send(findNode());
    Received neighbors = peer.await(Neighbors.class);
    assertThat(((Neighbors) neighbors.packet()).nodes())
        .as("nobody but the asker is known")
        .isEmpty();
    Bytes32 request = peer.send(new EnrRequest(peer.soon()));
    EnrResponse response = (EnrResponse) peer.await(EnrResponse.class).packet();
    assertThat(response.requestHash()).isEqualTo(request);
    assertThat(NodeRecord.decode(response.record())).isEqualTo(node.localRecord());
  }

  @Test
  void expiredQuestionsGetNoAnswerEvenThen() {
    peer.bond();
    long past = peer.now().getEpochSecond() - 1;
    peer.send(new FindNode(key.publicKey().bytes(), past));
    peer.send(new FindNode(key.publicKey().bytes(), -peer.soon()));
    peer.send(new EnrRequest(past));
    // the node may have questions of its own for a peer it knows now
    assertThat(peer.receiveAll())
        .extracting(Received::packet)
        .noneMatch(packet -> packet instanceof Neighbors || packet instanceof EnrResponse);
    assertThat(nodes.dropped("expired")).isEqualTo(3);
  }

  @Test
  void aPongWithAnotherHashProvesNothing() {
    peer.send(peer.ping());
    peer.await(Ping.class);
    peer.send(peer.pong(Bytes32.ZERO));
    peer.send(findNode());
    assertThat(peer.receiveAll(Neighbors.class)).isEmpty();
    assertThat(nodes.dropped("unsolicited")).isEqualTo(1);
    assertThat(nodes.dropped("unproven")).isEqualTo(1);
  }

  @Test
  void aPongFromAnotherKeyProvesNothing() {
    peer.send(peer.ping());
    Received ping = peer.await(Ping.class);
    peer.send(Packets.signed(peer.pong(ping.hash()), NodeKey.generate()));
    peer.send(findNode());
    assertThat(peer.receiveAll(Neighbors.class)).isEmpty();
    assertThat(nodes.dropped("unsolicited")).isEqualTo(1);
  }

  @Test
  void theProofHoldsForOneAddressOnly() {
    peer.bond();
    try (UdpPeer elsewhere = new UdpPeer(key, node.localAddress(), "127.0.0.2")) {
      elsewhere.send(findNode());
      elsewhere.send(new EnrRequest(elsewhere.soon()));
      assertThat(elsewhere.receiveAll()).isEmpty();
    }
    assertThat(nodes.dropped("unproven")).isEqualTo(2);
  }

  @Test
  void answersNobodyAskedForAreDropped() {
    peer.bond();
    NodeKey invented = NodeKey.generate();
    peer.send(
        new Neighbors(
            List.of(
                new Neighbor(
                    peer.address().getAddress(), 30303, 30303, invented.publicKey().bytes())),
            peer.soon()));
    peer.send(peer.pong(Bytes32.random()));
    peer.send(new EnrResponse(Bytes32.random(), NodeRecord.builder().sign(key).encode()));
    peer.send(new FindNode(invented.publicKey().bytes(), peer.soon()));
    assertThat(((Neighbors) peer.await(Neighbors.class).packet()).nodes())
        .extracting(Neighbor::publicKey)
        .doesNotContain(invented.publicKey().bytes());
    assertThat(nodes.dropped("unsolicited")).isEqualTo(3);
  }

  @Test
  void beforeTheProofNoMoreThanOnePongAndOnePingAnswerAPing() {
    Packet ping = peer.ping();
    int asked = 0;
    for (int i = 0; i < 10; i++) {
      asked += Packets.signed(ping, key).length;
      peer.send(ping);
    }
    List<Received> answers = peer.receiveAll();
    // While its own ping is under way, the node sends no other.
    assertThat(answers).filteredOn(a -> a.packet() instanceof Ping).hasSize(1);
    assertThat(answers.stream().mapToInt(Received::size).sum()).isLessThan(2 * asked);
  }

  private static final class Packets {
    static byte[] signed(Packet packet, NodeKey key) {
      Bytes datagram = io.kadlink.discovery.v4.PacketCodec.encode(packet, key).datagram();
      return datagram.toArray();
    }
  }
}
