package io.kadlink.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.testing.Peer.Received;
import io.kadlink.discovery.testing.VirtualNetwork;
import io.kadlink.discovery.testing.VirtualPeer;
import io.kadlink.discovery.v4.Packet.EnrRequest;
import io.kadlink.discovery.v4.Packet.EnrResponse;
import io.kadlink.discovery.v4.Packet.Ping;
import io.kadlink.discovery.v4.Packet.Pong;
import io.kadlink.discovery.v4.PacketCodec;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.NodeRecord;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A node of the table moves only to where it answered from. */
class MovingTest {
  private static final InetSocketAddress HOME = VirtualNetwork.address(8, 8, 8, 8);
  private static final InetSocketAddress ELSEWHERE = VirtualNetwork.address(9, 9, 9, 9);
  private static final InetSocketAddress OTHER_PORT =
      new InetSocketAddress(HOME.getAddress(), HOME.getPort() + 1);

  private final VirtualNetwork network = new VirtualNetwork(11);
  private final VirtualNetwork.Node node = network.start();
  private final VirtualPeer peer = peer(farKey(), HOME);

  private VirtualPeer peer(NodeKey key, InetSocketAddress at) {
    return new VirtualPeer(network, key, at, node);
  }

  /** One of the keys in the farthest bucket, where most are. */
  private NodeKey farKey() {
    NodeKey key = NodeKey.generate();
    while (key.id().logDistance(node.id()) != 256) {
      key = NodeKey.generate();
    }
    return key;
  }

  private InetSocketAddress known() {
    return node.table().find(peer.key.id()).map(Contact::udp).orElseThrow();
  }

  /** Sends a ping of the peer's from where someone else is. */
  private VirtualPeer forgePingFrom(InetSocketAddress endpoint) {
    VirtualPeer forger = peer(NodeKey.generate(), endpoint);
    forger.send(PacketCodec.encode(peer.ping(), peer.key).datagram().toArray());
    return forger;
  }

  @Test
  void aPingFromAnotherPortIsPingedBackAndDoesNotMoveTheNode() {
    peer.bond();
    VirtualPeer forger = forgePingFrom(OTHER_PORT);
    assertThat(forger.receiveAll())
        .extracting(Received::packet)
        .hasSize(2)
        .hasAtLeastOneElementOfType(Pong.class)
        .hasAtLeastOneElementOfType(Ping.class);
    assertThat(known()).isEqualTo(HOME);
  }

  @Test
  void aPingFromWhereTheNodeWasBeforeDoesNotMoveItBack() {
    peer.bond();
    VirtualPeer moved = peer(peer.key, ELSEWHERE);
    moved.bond();
    moved.answerPingsAnd(received -> List.of());
    assertThat(known()).isEqualTo(ELSEWHERE);
    network.time.pass(Duration.ofSeconds(10));
    peer.send(peer.ping());
    assertThat(peer.receiveAll(Ping.class)).hasSize(1);
    assertThat(known()).isEqualTo(ELSEWHERE);
  }

  @Test
  void aNodeThatAnswersFromAnotherPortMovesThere() {
    peer.bond();
    VirtualPeer moved = peer(peer.key, OTHER_PORT);
    moved.bond();
    assertThat(known()).isEqualTo(OTHER_PORT);
    moved.send(moved.ping());
    assertThat(moved.receiveAll(Ping.class)).as("that is known").isEmpty();
  }

  @Test
  void aPortThatNeverAnsweredDoesNotEnterTheTableForItsNeighbourPort() {
    peer.bond();
    for (int i = 0; i < 5; i++) {
      node.table().failed(peer.key.id());
    }
    network.time.passUntil(() -> node.table().find(peer.key.id()).isEmpty(), Duration.ofMinutes(1));
    forgePingFrom(OTHER_PORT).receiveAll();
    assertThat(node.table().find(peer.key.id())).isEmpty();
  }

  @Test
  void aNodeThatMayNotMoveIsNotPingedBackForEachPing() {
    List<VirtualPeer> neighbours =
        List.of(
            peer(farKey(), VirtualNetwork.address(7, 7, 7, 1)),
            peer(farKey(), VirtualNetwork.address(7, 7, 7, 2)));
    neighbours.forEach(VirtualPeer::bond);
    peer.bond();
    List.of(neighbours.get(0), neighbours.get(1), peer)
        .forEach(each -> each.answerPingsAnd(received -> List.of()));

    VirtualPeer refused = peer(peer.key, VirtualNetwork.address(7, 7, 7, 3));
    refused.bond();
    assertThat(known()).as("its new network is full").isEqualTo(HOME);
    refused.send(refused.ping());
    assertThat(refused.receiveAll(Ping.class)).isEmpty();
    network.time.pass(Duration.ofSeconds(10));
    refused.send(refused.ping());
    assertThat(refused.receiveAll(Ping.class)).hasSize(1);
  }

  @Test
  void aPingFromAReservedPortIsAnsweredButNotPingedBack() {
    VirtualPeer dns = peer(farKey(), new InetSocketAddress(ELSEWHERE.getAddress(), 1024));
    dns.send(dns.ping());
    assertThat(dns.receiveAll())
        .extracting(Received::packet)
        .singleElement()
        .isInstanceOf(Pong.class);
    assertThat(node.dropped("reserved_port")).isEqualTo(1);
    VirtualPeer next = peer(farKey(), new InetSocketAddress(ELSEWHERE.getAddress(), 1025));
    next.bond();
    assertThat(node.table().isProven(next.key.id())).isTrue();
  }

  @Test
  void aRecordThatNamesAnotherEndpointMovesTheNodeOnceItAnswersFromThere() {
    NodeRecord record =
        NodeRecord.builder()
            .seq(2)
            .endpoint(ELSEWHERE.getAddress(), 30304, ELSEWHERE.getPort())
            .sign(peer.key);
    peer.bond();
    serve(record);
    assertThat(node.table().find(peer.key.id()).flatMap(Contact::record)).contains(record);
    assertThat(known()).as("nobody answers there").isEqualTo(HOME);

    peer(peer.key, ELSEWHERE).answerPingsAnd(received -> List.of());
    NodeRecord newer = record.toBuilder().seq(3).sign(peer.key);
    serve(newer);
    assertThat(node.table().find(peer.key.id()))
        .hasValueSatisfying(
            moved -> {
              assertThat(moved.udp()).isEqualTo(ELSEWHERE);
              assertThat(moved.record()).contains(newer);
              assertThat(node.table().isProven(moved.id())).isTrue();
            });
  }

  /** The peer says that it has this record, and hands it out. */
  private void serve(NodeRecord record) {
    peer.answerPingsAnd(
        received ->
            received.packet() instanceof EnrRequest
                ? List.of(new EnrResponse(received.hash(), record.encode()))
                : List.of());
    peer.send(peer.ping(record.seq()));
    network.time.pass(Duration.ofSeconds(2));
  }
}
