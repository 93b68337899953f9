package io.kadlink.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.testing.Peer.Received;
import io.kadlink.discovery.testing.VirtualNetwork;
import io.kadlink.discovery.testing.VirtualPeer;
import io.kadlink.discovery.v4.Packet.FindNode;
import io.kadlink.discovery.v4.Packet.Neighbor;
import io.kadlink.discovery.v4.Packet.Neighbors;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeKey;
import java.time.Duration;
import java.util.List;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.junit.jupiter.api.Test;

/** What a node tells of others. */
class AnsweringFindNodeTest {
  private final VirtualNetwork network = new VirtualNetwork(3);
  private final VirtualNetwork.Node node = network.start();
  private final VirtualPeer peer =
      new VirtualPeer(network, key(1), VirtualNetwork.address(8, 8, 8, 8), node);

  private static NodeKey key(int number) {
    return NodeKey.of(Bytes32.leftPad(Bytes.ofUnsignedInt(number)));
  }

  private Contact proven(int number, int... ip) {
    Contact contact =
        Contact.of(
            key(number).publicKey(), VirtualNetwork.address(ip[0], ip[1], ip[2], ip[3]), 30303);
    node.table().addProven(contact);
    return contact;
  }

  private List<Received> ask(Bytes target) {
    peer.send(new FindNode(target, peer.soon()));
    return peer.receiveAll().stream()
        .filter(received -> received.packet() instanceof Neighbors)
        .toList();
  }

  private static List<Bytes> keys(List<Received> answers) {
    return answers.stream()
        .flatMap(answer -> ((Neighbors) answer.packet()).nodes().stream())
        .map(Neighbor::publicKey)
        .toList();
  }

  @Test
  void theAnswerIsThe16ClosestInPacketsUnder1280Bytes() {
    peer.bond();
    for (int i = 2; i < 40; i++) {
      proven(i, 40, i, 1, 1);
    }
    Bytes target = key(1000).publicKey().bytes();
    NodeId id = key(1000).id();
    List<Contact> inTable = node.table().proven();
    List<Bytes> expected =
        inTable.stream()
            .filter(contact -> !contact.id().equals(peer.key.id()))
            .sorted((a, b) -> id.compareDistance(a.id(), b.id()))
            .limit(16)
            .map(contact -> contact.publicKey().bytes())
            .toList();
    List<Received> answers = ask(target);
    assertThat(answers).hasSize(2).allSatisfy(a -> assertThat(a.size()).isLessThan(1280));
    assertThat(keys(answers)).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void whoAsksTheOnlyNodeItKnowsGetsAnEmptyPacket() {
    peer.bond();
    List<Received> answers = ask(key(5).publicKey().bytes());
    assertThat(answers).hasSize(1);
    assertThat(keys(answers)).isEmpty();
  }

  @Test
  void aPublicAskerIsNotToldOfPrivateAddresses() {
    peer.bond();
    Contact open = proven(3, 40, 1, 1, 1);
    proven(4, 192, 168, 1, 1);
    proven(5, 127, 0, 0, 1);
    assertThat(keys(ask(key(4).publicKey().bytes())))
        .contains(open.publicKey().bytes())
        .doesNotContain(key(4).publicKey().bytes(), key(5).publicKey().bytes());
  }

  @Test
  void nodesThatWereOnlyHeardOfAreNotTold() {
    peer.bond();
    Contact heardOf = Contact.of(key(6).publicKey(), VirtualNetwork.address(41, 1, 1, 1), 1);
    node.table().addFound(heardOf);
    assertThat(keys(ask(key(6).publicKey().bytes()))).doesNotContain(key(6).publicKey().bytes());
  }

  @Test
  void aProofIsGoodForADay() {
    peer.bond();
    network.time.pass(Duration.ofHours(23).plusMinutes(59));
    peer.receiveAll(); // pings meanwhile were not answered, so the node forgot the peer
    assertThat(ask(key(6).publicKey().bytes())).hasSize(1);
    network.time.pass(Duration.ofMinutes(1));
    assertThat(ask(key(6).publicKey().bytes())).isEmpty();
    assertThat(node.dropped("unproven")).isEqualTo(1);
  }
}
