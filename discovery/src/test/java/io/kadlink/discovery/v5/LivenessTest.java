package io.kadlink.discovery.v5;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.testing.V5Node;
import io.kadlink.discovery.testing.VirtualNetwork;
import io.kadlink.discovery.v5.Message.Ping;
import io.kadlink.discovery.v5.Message.Pong;
import io.kadlink.identity.NodeRecord;
import java.net.InetSocketAddress;
import java.util.List;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.Test;

/** Which strangers become known. */
class LivenessTest {
  private final V5Scene scene = new V5Scene();
  private final V5Node node = scene.node(1);
  private final V5Peer peer = scene.peer(node);

  @Test
  void aStrangerIsKnownOnceItAnsweredAPingAfterItsHandshake() {
    peer.handshake(peer.beChallenged()).send();
    assertThat(peer.receiveMessage(Pong.class)).isNotNull();
    Ping back = peer.receiveMessage(Ping.class);
    assertThat(node.alive).isEmpty();
    peer.send(peer.pong(back));
    peer.receiveMessages();
    assertThat(node.alive).containsExactly(V5Scene.contact(peer));
    assertThat(node.table.isProven(peer.id())).isTrue();
  }

  @Test
  void aStrangerThatDoesNotAnswerStaysUnknown() {
    peer.handshake(peer.beChallenged()).send();
    peer.receiveMessages();
    peer.send(new Ping(Bytes.of(1), 1));
    peer.receiveMessages();
    assertThat(node.alive).isEmpty();
  }

  @Test
  void aStrangerWhoseRecordNamesAnotherEndpointIsAnsweredButNotPinged() {
    peer.record =
        NodeRecord.builder()
            .endpoint(VirtualNetwork.address(44, 1, 1, 1).getAddress(), 30303, 30303)
            .sign(peer.key);
    peer.handshake(peer.beChallenged()).send();
    assertThat(peer.receiveMessages()).hasSize(1).allMatch(Pong.class::isInstance);
  }

  @Test
  void aStrangerWhoseRecordNamesAnotherPortIsAnsweredButNotPinged() {
    peer.record =
        NodeRecord.builder().endpoint(peer.address.getAddress(), 30303, 30304).sign(peer.key);
    peer.handshake(peer.beChallenged()).send();
    assertThat(peer.receiveMessages()).hasSize(1).allMatch(Pong.class::isInstance);
  }

  @Test
  void aStrangerWithoutEndpointInItsRecordIsAnsweredButNotPinged() {
    peer.record = NodeRecord.builder().sign(peer.key);
    peer.handshake(peer.beChallenged()).send();
    assertThat(peer.receiveMessages()).hasSize(1).allMatch(Pong.class::isInstance);
  }

  @Test
  void aKnownNodesPingIsASignOfLife() {
    peer.makeSession();
    node.alive.clear();
    peer.send(new Ping(Bytes.of(1), 1));
    peer.receiveMessages();
    assertThat(node.alive).containsExactly(V5Scene.contact(peer));
  }

  @Test
  void aPingFromWhereTheNodeWasBeforeMovesItBackOnlyWhenItAnswersFromThere() {
    peer.makeSession();
    V5Peer moved = movedPeer();
    moved.makeSession();
    assertThat(known()).isEqualTo(moved.address);

    scene.network.time.pass(DiscoveryV5.FRESH);
    peer.send(new Ping(Bytes.of(1), 1));
    List<Message> answers = peer.receiveMessages();
    assertThat(answers).hasSize(2).hasAtLeastOneElementOfType(Pong.class);
    assertThat(known()).isEqualTo(moved.address);

    Ping back = (Ping) answers.stream().filter(Ping.class::isInstance).findFirst().orElseThrow();
    peer.send(peer.pong(back));
    peer.receiveMessages();
    assertThat(known()).isEqualTo(peer.address);
  }

  @Test
  void aPingFromAnEndpointThatAnsweredJustNowMovesTheNodeThere() {
    peer.makeSession();
    V5Peer moved = movedPeer();
    moved.makeSession();
    peer.send(new Ping(Bytes.of(1), 1));
    assertThat(peer.receiveMessages()).hasSize(1).allMatch(Pong.class::isInstance);
    assertThat(known()).isEqualTo(peer.address);
  }

  private InetSocketAddress known() {
    return node.table.find(peer.id()).orElseThrow().udp();
  }

  private V5Peer movedPeer() {
    return new V5Peer(scene.network, 8, peer.key, VirtualNetwork.address(42, 1, 1, 1), node);
  }

  @Test
  void aPongTellsWhereWeAreSeen() {
    InetSocketAddress us = VirtualNetwork.address(99, 1, 1, 1);
    node.v5.ping(V5Scene.contact(peer), answer -> {});
    Ping ping = (Ping) peer.acceptHandshake();
    peer.send(new Pong(ping.requestId(), 1, us));
    peer.receiveMessages();
    assertThat(node.seenAt).containsExactly(us);
  }

  @Test
  void theFirstAnswerOfAnyKindProvesTheEndpoint() {
    node.v5.findNodeAt(V5Scene.contact(peer), List.of(256), answer -> {});
    Message.FindNode asked = (Message.FindNode) peer.acceptHandshake();
    assertThat(node.alive).isEmpty();
    peer.send(new Message.Nodes(asked.requestId(), 1, List.of()));
    peer.receiveMessages();
    assertThat(node.alive).containsExactly(V5Scene.contact(peer));
  }

  @Test
  void anUnsolicitedPongTellsNothing() {
    peer.makeSession();
    node.seenAt.clear();
    peer.send(new Pong(Bytes.of(1), 1, VirtualNetwork.address(99, 1, 1, 1)));
    peer.receiveMessages();
    assertThat(node.seenAt).isEmpty();
  }
}
