package io.kadlink.discovery.v4;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.table.LocalNode;
import io.kadlink.discovery.testing.VirtualNetwork;
import io.kadlink.discovery.v4.Packet.EnrResponse;
import io.kadlink.discovery.v4.Packet.Neighbor;
import io.kadlink.discovery.v4.Packet.Neighbors;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.PublicKey;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.junit.jupiter.api.Test;

/** When a question of ours is over, and how many there may be. */
class QuestionsTest {
  private static final InetSocketAddress HERE = VirtualNetwork.address(7, 7, 7, 7);
  private static final InetSocketAddress THERE = VirtualNetwork.address(8, 8, 8, 8);

  private final VirtualNetwork network = new VirtualNetwork(3);
  private final NodeKey key = NodeKey.of(Bytes32.leftPad(Bytes.of(1)));
  private final PublicKey asked = network.randomTarget();
  private final Contact contact = Contact.of(asked, THERE, 30303);
  private final Bonds.Endpoint endpoint = new Bonds.Endpoint(asked.id(), THERE.getAddress());
  private final List<Optional<List<Neighbor>>> answers = new ArrayList<>();
  private final List<Optional<Bytes>> records = new ArrayList<>();
  private final Questions questions =
      new Questions(
          network.time,
          new Sender(
              network.time,
              new LocalNode(
                  network.time, key, List.of(HERE.getAddress()), 30303, 30303, Optional.empty()),
              network.open(HERE, (from, datagram) -> {}),
              new Traffic(new SimpleMeterRegistry())));

  private void find() {
    questions.find(contact, Bytes.wrap(new byte[64]), answers::add);
  }

  /** The node that was asked tells of so many nodes, in one packet. */
  private void tell(int nodes) {
    Neighbor node = new Neighbor(THERE.getAddress(), 30303, 30303, asked.bytes());
    questions.neighbors(new Neighbors(Collections.nCopies(nodes, node), Long.MAX_VALUE), endpoint);
  }

  private void pass(Duration time) {
    network.time.pass(time);
  }

  @Test
  void withoutAnAnswerAQuestionEndsAfterHalfASecond() {
    find();
    pass(Questions.TIMEOUT.minusNanos(1));
    assertThat(answers).isEmpty();
    pass(Duration.ofNanos(1));
    assertThat(answers).containsExactly(Optional.empty());
  }

  @Test
  void anAnswerThatDripsEndsNoLater() {
    find();
    for (int i = 0; i < 12; i++) {
      pass(Duration.ofMillis(40));
      tell(0);
    }
    assertThat(answers).isEmpty();
    pass(Questions.TIMEOUT.minusMillis(12 * 40));
    assertThat(answers).containsExactly(Optional.of(List.of()));
  }

  @Test
  void anAnswerHasAtMostOnePacketForEachNode() {
    find();
    for (int i = 1; i < Questions.MAX_PACKETS; i++) {
      tell(0);
    }
    assertThat(answers).isEmpty();
    tell(0);
    assertThat(answers).containsExactly(Optional.of(List.of()));
    assertThat(questions.expectsNeighbors(THERE.getAddress())).isFalse();
  }

  @Test
  void anAnswerIsCompleteWith16Nodes() {
    find();
    tell(12);
    tell(3);
    assertThat(answers).isEmpty();
    tell(2);
    assertThat(answers)
        .singleElement()
        .satisfies(nodes -> assertThat(nodes.orElseThrow()).hasSize(Questions.WANTED));
  }

  @Test
  void afterAPacketThatIsNotFullTheWaitIsShort() {
    find();
    tell(11);
    pass(Questions.STRAGGLER_WAIT.minusNanos(1));
    assertThat(answers).isEmpty();
    pass(Duration.ofNanos(1));
    assertThat(answers).hasSize(1);
  }

  @Test
  void afterAFullPacketItIsNot() {
    find();
    tell(12);
    pass(Questions.TIMEOUT.minusNanos(1));
    assertThat(answers).isEmpty();
    pass(Duration.ofNanos(1));
    assertThat(answers).hasSize(1);
  }

  @Test
  void furtherQuestionsToANodeWaitUpToALimit() {
    for (int i = 0; i < Questions.MAX_QUEUED; i++) {
      find();
    }
    assertThat(answers).isEmpty();
    assertThat(network.datagramsSent()).isEqualTo(1);
    find();
    assertThat(answers).containsExactly(Optional.empty());
    pass(Questions.TIMEOUT.multipliedBy(Questions.MAX_QUEUED));
    assertThat(answers).hasSize(Questions.MAX_QUEUED + 1);
    assertThat(network.datagramsSent()).isEqualTo(Questions.MAX_QUEUED);
  }

  @Test
  void soManyRecordsAreAskedForAtTheSameTimeAndNoMore() {
    for (int i = 0; i < Questions.MAX_RECORD_REQUESTS; i++) {
      questions.record(at(i), records::add);
    }
    assertThat(records).isEmpty();
    questions.record(at(Questions.MAX_RECORD_REQUESTS), records::add);
    assertThat(records).containsExactly(Optional.empty());
    questions.record(at(0), records::add); // joins the one under way
    pass(Questions.TIMEOUT);
    assertThat(records).hasSize(Questions.MAX_RECORD_REQUESTS + 2);
    questions.record(at(0), records::add);
    assertThat(records).as("there is room again").hasSize(Questions.MAX_RECORD_REQUESTS + 2);
  }

  @Test
  void aRecordThatAnswersAnotherRequestIsNotTaken() {
    questions.record(contact, records::add);
    EnrResponse other = new EnrResponse(Bytes32.ZERO, Bytes.of(1));
    assertThat(questions.enrResponse(other, endpoint)).isFalse();
    assertThat(records).isEmpty();
  }

  private Contact at(int host) {
    return Contact.of(asked, VirtualNetwork.address(9, 9, host >> 8, host & 0xff), 30303);
  }
}
