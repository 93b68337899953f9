package io.kadlink.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.net.InetAddresses;
import io.kadlink.discovery.lookup.LookupResult;
import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.testing.VirtualNetwork;
import io.kadlink.discovery.testing.VirtualPeer;
import io.kadlink.discovery.v4.Packet.EnrRequest;
import io.kadlink.discovery.v4.Packet.EnrResponse;
import io.kadlink.discovery.v4.Packet.FindNode;
import io.kadlink.discovery.v4.Packet.Neighbor;
import io.kadlink.discovery.v4.Packet.Neighbors;
import io.kadlink.discovery.v4.Packet.Ping;
import io.kadlink.discovery.v4.Packet.Pong;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.NodeRecord;
import io.kadlink.identity.PublicKey;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.junit.jupiter.api.Test;

/** What a node makes of the answers to its own questions. */
class AskingOthersTest {
  private final VirtualNetwork network = new VirtualNetwork(11);
  private final VirtualNetwork.Node node = network.start();
  private final VirtualPeer peer = network.peer(VirtualNetwork.address(8, 8, 8, 8), node);
  private final PublicKey target = network.randomTarget();

  private static Neighbor neighbor(String ip, int udpPort) {
    return neighbor(ip, udpPort, NodeKey.generate().publicKey().bytes());
  }

  private static Neighbor neighbor(String ip, int udpPort, Bytes key) {
    return new Neighbor(InetAddresses.forString(ip), udpPort, 30303, key);
  }

  /** The endpoints the node sends to after the peer told it of these. */
  private List<String> contactedAfter(Neighbors... answers) {
    List<String> contacted = new ArrayList<>();
    for (Neighbors answer : answers) {
      for (Neighbor told : answer.nodes()) {
        String name = told.address().getHostAddress() + ":" + told.udpPort();
        network.open(
            new InetSocketAddress(told.address(), told.udpPort()),
            (from, datagram) -> contacted.add(name));
      }
    }
    AtomicBoolean asked = new AtomicBoolean();
    peer.answerPingsAnd(
        received -> {
          if (!(received.packet() instanceof FindNode)) {
            return List.of();
          }
          boolean first = asked.compareAndSet(false, true);
          return first ? List.of(answers) : List.of(new Neighbors(List.of(), peer.soon()));
        });
    node.hearsOf(peer);
    node.lookup(target);
    network.time.pass(Duration.ofSeconds(2));
    return contacted.stream().distinct().toList();
  }

  @Test
  void nodesItIsToldOfAreContacted() {
    assertThat(
            contactedAfter(
                new Neighbors(
                    List.of(neighbor("50.1.1.1", 30303), neighbor("2003::1", 1025)), peer.soon())))
        .containsExactlyInAnyOrder("50.1.1.1:30303", "2003:0:0:0:0:0:0:1:1025");
  }

  @Test
  void addressesTheTellerMayNotTellOfAreNotContacted() {
    assertThat(
            contactedAfter(
                new Neighbors(
                    List.of(
                        neighbor("127.0.0.1", 30303),
                        neighbor("192.168.1.1", 30303),
                        neighbor("0.0.0.0", 30303),
                        neighbor("224.1.1.1", 30303),
                        neighbor("203.0.113.5", 30303),
                        neighbor("50.1.1.1", 1024)),
                    peer.soon())))
        .isEmpty();
    assertThat(node.dropped("bad_neighbor")).isEqualTo(6);
  }

  @Test
  void aKeyThatIsNoPointOnTheCurveIsNotContacted() {
    assertThat(
            contactedAfter(
                new Neighbors(
                    List.of(neighbor("50.1.1.1", 30303, Bytes.repeat((byte) 1, 64))), peer.soon())))
        .isEmpty();
    assertThat(node.dropped("bad_neighbor")).isEqualTo(1);
  }

  @Test
  void theNodeItselfIsNotContactedThoughOthersTellOfIt() {
    assertThat(
            contactedAfter(
                new Neighbors(
                    List.of(neighbor("50.1.1.1", 30303, node.key.publicKey().bytes())),
                    peer.soon())))
        .isEmpty();
    assertThat(node.dropped("bad_neighbor")).isZero();
  }

  @Test
  void noMoreThan16NodesAreTakenFromOneAnswer() {
    List<Neighbor> first = new ArrayList<>();
    List<Neighbor> second = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      first.add(neighbor("50." + i + ".1.1", 30303));
      second.add(neighbor("51." + i + ".1.1", 30303));
    }
    assertThat(
            contactedAfter(new Neighbors(first, peer.soon()), new Neighbors(second, peer.soon())))
        .hasSize(16);
  }

  @Test
  void anExpiredAnswerCountsForNothing() {
    assertThat(
            contactedAfter(
                new Neighbors(
                    List.of(neighbor("50.1.1.1", 30303)), peer.now().getEpochSecond() - 1)))
        .isEmpty();
    assertThat(node.dropped("expired")).isPositive();
  }

  @Test
  void anAnswerSplitInTwoIsPutTogether() {
    List<Neighbor> first = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      first.add(neighbor("50." + i + ".1.1", 30303));
    }
    assertThat(
            contactedAfter(
                new Neighbors(first, peer.soon()),
                new Neighbors(List.of(neighbor("51.1.1.1", 30303)), peer.soon())))
        .hasSize(13);
  }

  @Test
  void aQuestionThatOvertookThePongIsAskedAgain() {
    AtomicInteger asked = new AtomicInteger();
    peer.script(
        received -> {
          if (received.packet() instanceof Ping) {
            return List.of(peer.pong(received.hash()), peer.ping());
          }
          boolean second = received.packet() instanceof FindNode && asked.incrementAndGet() == 2;
          return second ? List.of(new Neighbors(List.of(), peer.soon())) : List.of();
        });
    node.hearsOf(peer);
    LookupResult result = node.lookup(target);
    assertThat(asked).hasValue(2);
    assertThat(result.closest()).extracting(Contact::id).containsExactly(peer.key.id());
    assertThat(result.timeouts()).isZero();
  }

  @Test
  void aNodeThatAnswersPingsOnlyIsNotAmongTheFound() {
    peer.answerPingsAnd(received -> List.of());
    node.hearsOf(peer);
    LookupResult result = node.lookup(target);
    assertThat(result.closest()).isEmpty();
    assertThat(result.timeouts()).isEqualTo(1);
  }

  @Test
  void aNodeIsPingedBeforeItIsAskedAndOnlyOnceForSeveralQuestions() {
    List<Class<?>> received = new ArrayList<>();
    peer.script(
        in -> {
          received.add(in.packet().getClass());
          return switch (in.packet()) {
            case Ping ping -> List.of(peer.pong(in.hash()), peer.ping());
            case FindNode find -> List.of(new Neighbors(List.of(), peer.soon()));
            default -> List.of();
          };
        });
    Contact contact = Contact.of(peer.key.publicKey(), peer.address(), 30303);
    node.table().addFound(contact);
    node.lookup(target);
    node.lookup(network.randomTarget());
    assertThat(received)
        .filteredOn(type -> type != Pong.class)
        .startsWith(Ping.class, FindNode.class, FindNode.class);
  }

  @Test
  void twoNodesAtOneEndpointArePingedAndAnsweredApart() {
    // The peer took over the endpoint of a node that is gone; both are pinged in the same second,
    // with the very same packet.
    Contact gone = Contact.of(network.randomTarget(), peer.address(), 30303);
    Contact here = Contact.of(peer.key.publicKey(), peer.address(), 30303);
    peer.answerPingsAnd(received -> List.of());
    List<String> answers = new ArrayList<>();
    node.discovery().ping(here, answer -> answers.add("here " + answer.isPresent()));
    node.discovery().ping(gone, answer -> answers.add("gone " + answer.isPresent()));
    network.time.pass(Duration.ofSeconds(1));
    assertThat(answers).containsExactly("here true", "gone false");
  }

  @Test
  void twoRequestsForARecordInOneSecondAreBothAnswered() {
    VirtualPeer other = network.peer(VirtualNetwork.address(9, 9, 9, 9), node);
    List<Object> answers = new ArrayList<>();
    for (VirtualPeer each : List.of(peer, other)) {
      NodeRecord record = NodeRecord.builder().sign(each.key);
      each.answerPingsAnd(
          received ->
              received.packet() instanceof EnrRequest
                  ? List.of(new EnrResponse(received.hash(), record.encode()))
                  : List.of());
      Contact contact = Contact.of(each.key.publicKey(), each.address(), 30303);
      node.discovery().requestRecord(contact, answers::add);
      node.discovery().requestRecord(contact, answers::add);
    }
    network.time.pass(Duration.ofSeconds(3));
    assertThat(answers).hasSize(4).doesNotContain(Optional.empty());
  }

  private Optional<NodeRecord> requestRecord(NodeRecord served, boolean rightHash) {
    peer.answerPingsAnd(
        received ->
            received.packet() instanceof EnrRequest
                ? List.of(
                    new EnrResponse(rightHash ? received.hash() : Bytes32.ZERO, served.encode()))
                : List.of());
    CompletableFuture<Optional<NodeRecord>> answer = new CompletableFuture<>();
    node.discovery()
        .requestRecord(Contact.of(peer.key.publicKey(), peer.address(), 30303), answer::complete);
    network.time.passUntil(answer::isDone, Duration.ofSeconds(10));
    return answer.join();
  }

  @Test
  void aRecordIsFetched() {
    NodeRecord record = NodeRecord.builder().seq(5).sign(peer.key);
    assertThat(requestRecord(record, true)).contains(record);
  }

  @Test
  void aRecordOfAnotherNodeIsRefused() {
    NodeRecord record = NodeRecord.builder().sign(NodeKey.generate());
    assertThat(requestRecord(record, true)).isEmpty();
    assertThat(node.dropped("bad_record")).isEqualTo(1);
  }

  @Test
  void aRecordThatNamesAnotherRequestIsRefused() {
    NodeRecord record = NodeRecord.builder().sign(peer.key);
    assertThat(requestRecord(record, false)).isEmpty();
    assertThat(node.dropped("unsolicited")).isPositive();
  }
}
