package io.kadlink.discovery.v5;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.lookup.Target;
import io.kadlink.discovery.table.Addresses;
import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.testing.V5Node;
import io.kadlink.discovery.testing.VirtualNetwork;
import io.kadlink.discovery.v5.Message.FindNode;
import io.kadlink.discovery.v5.Message.Nodes;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.NodeRecord;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.rlp.RLP;
import org.junit.jupiter.api.Test;

/** What a node tells of others, and what it believes of what others tell. */
class FindNodeTest {
  private final V5Scene scene = new V5Scene();
  private final V5Node node = scene.node(1);
  private final V5Peer peer = scene.peer(node);

  /** Keys at one distance from an id. */
  private static List<NodeKey> keysAt(NodeId id, int distance, int count) {
    return IntStream.iterate(1_000, i -> i + 1)
        .mapToObj(V5Peer::key)
        .filter(key -> key.id().logDistance(id) == distance)
        .limit(count)
        .toList();
  }

  private static NodeRecord record(NodeKey key, int... ip) {
    InetSocketAddress at = VirtualNetwork.address(ip[0], ip[1], ip[2], ip[3]);
    return NodeRecord.builder().endpoint(at.getAddress(), 30303, 30303).sign(key);
  }

  /** As large as records may be. */
  private static NodeRecord largeRecord(NodeKey key, int number) {
    for (int size = 200; ; size--) {
      try {
        return NodeRecord.builder()
            .endpoint(VirtualNetwork.address(60, number, 1, 1).getAddress(), 30303, 30303)
            .entry("x", RLP.encodeValue(Bytes.wrap(new byte[size])))
            .sign(key);
      } catch (io.kadlink.identity.InvalidRecordException e) {
        // a byte less, then
      }
    }
  }

  private void prove(NodeRecord record) {
    node.table.addProven(Contact.of(record, record.udpEndpoint().orElseThrow()));
  }

  private List<Nodes> ask(Integer... distances) {
    peer.send(new FindNode(V5Peer.ID, List.of(distances)));
    return peer.receiveMessages().stream().map(Nodes.class::cast).toList();
  }

  private static List<Bytes> records(List<Nodes> messages) {
    return messages.stream().flatMap(message -> message.records().stream()).toList();
  }

  @Test
  void atDistanceZeroIsTheNodeItself() {
    peer.makeSession();
    assertThat(ask(0))
        .containsExactly(new Nodes(V5Peer.ID, 1, List.of(node.local.record().encode())));
  }

  @Test
  void anEmptyAnswerIsOneMessage() {
    peer.makeSession();
    assertThat(ask(200)).containsExactly(new Nodes(V5Peer.ID, 1, List.of()));
    assertThat(ask()).containsExactly(new Nodes(V5Peer.ID, 1, List.of()));
  }

  @Test
  void distancesThatMeanNothingAreSkipped() {
    peer.makeSession();
    assertThat(ask(257, 100_000, 0, 0))
        .containsExactly(new Nodes(V5Peer.ID, 1, List.of(node.local.record().encode())));
  }

  @Test
  void onlyNodesAtTheDistancesAskedForAreTold() {
    peer.makeSession();
    List<NodeRecord> far =
        keysAt(node.id(), 256, 3).stream().map(k -> record(k, 61, 1, 1, 1)).toList();
    NodeRecord near = record(keysAt(node.id(), 254, 1).get(0), 62, 1, 1, 1);
    prove(far.get(0));
    prove(near);
    assertThat(records(ask(254))).containsExactly(near.encode());
    assertThat(records(ask(254, 256))).contains(near.encode(), far.get(0).encode());
  }

  @Test
  void atMostSixteenRecordsInFiveMessagesOfOnePacketEachAreTold() {
    peer.makeSession();
    int number = 0;
    List<NodeKey> keys = new ArrayList<>(keysAt(node.id(), 256, 16));
    keys.addAll(keysAt(node.id(), 255, 16));
    for (NodeKey key : keys) {
      prove(record(key, 60, number++, 1, 1));
    }
    List<Nodes> small = ask(256, 255);
    assertThat(records(small)).hasSize(NodesSplit.MAX_RECORDS).doesNotHaveDuplicates();
    assertThat(small).allMatch(message -> message.total() == small.size());
    assertThat(small).hasSizeLessThanOrEqualTo(NodesSplit.MAX_MESSAGES);
  }

  @Test
  void theLargestRecordsFillFiveMessages() {
    List<Bytes> large =
        keysAt(node.id(), 256, 16).stream().map(key -> largeRecord(key, 1).encode()).toList();
    assertThat(large).allMatch(record -> record.size() == NodeRecord.MAX_BYTES);
    List<Nodes> messages = NodesSplit.split(Bytes.wrap(new byte[8]), large);
    assertThat(messages).hasSize(NodesSplit.MAX_MESSAGES).allMatch(message -> message.total() == 5);
    assertThat(records(messages)).isEqualTo(large.subList(0, 15));
    assertThat(messages)
        .allMatch(message -> MessageCodec.encode(message).length <= PacketCodec.MAX_MESSAGE_BYTES);
  }

  @Test
  void aMessageIsFilledToTheLastByte() {
    Bytes id = Bytes.wrap(new byte[8]);
    Bytes half = Bytes.concatenate(Bytes.fromHexString("0xf90100"), Bytes.wrap(new byte[256]));
    int rest = NodesSplit.MAX_RECORD_BYTES - 4 * half.size();
    Bytes fits = Bytes.concatenate(Bytes.of(0xf8, rest - 2), Bytes.wrap(new byte[rest - 2]));
    List<Bytes> exactly = List.of(half, half, half, half, fits);
    List<Nodes> one = NodesSplit.split(id, exactly);
    assertThat(one).hasSize(1);
    assertThat(MessageCodec.encode(one.get(0)))
        .hasSizeBetween(PacketCodec.MAX_MESSAGE_BYTES - 1, PacketCodec.MAX_MESSAGE_BYTES);
    Bytes larger = Bytes.concatenate(Bytes.of(0xf8, rest - 1), Bytes.wrap(new byte[rest - 1]));
    assertThat(NodesSplit.split(id, List.of(half, half, half, half, larger))).hasSize(2);
  }

  @Test
  void nodesThatAreUnprovenWithoutRecordOrAtAnotherEndpointThanTheirRecordSaysAreNotTold() {
    peer.makeSession();
    List<NodeKey> keys = keysAt(node.id(), 256, 4);
    NodeRecord unproven = record(keys.get(0), 63, 1, 1, 1);
    node.table.addFound(Contact.of(unproven, unproven.udpEndpoint().orElseThrow()));
    node.table.addProven(
        Contact.of(keys.get(1).publicKey(), VirtualNetwork.address(63, 2, 1, 1), 1));
    node.table.addProven(
        Contact.of(record(keys.get(2), 63, 3, 1, 1), VirtualNetwork.address(63, 4, 1, 1)));
    NodeRecord good = record(keys.get(3), 63, 5, 1, 1);
    prove(good);
    List<Bytes> told = new ArrayList<>(records(ask(256)));
    told.remove(peer.record.encode());
    assertThat(told).containsExactly(good.encode());
  }

  @Test
  void aPublicAskerIsNotToldOfPrivateNodes() {
    peer.makeSession();
    List<NodeKey> keys = keysAt(node.id(), 255, 3);
    prove(record(keys.get(0), 192, 168, 1, 1));
    prove(record(keys.get(1), 127, 0, 0, 1));
    NodeRecord open = record(keys.get(2), 63, 5, 1, 1);
    prove(open);
    assertThat(records(ask(255))).contains(open.encode()).hasSizeLessThanOrEqualTo(2);
  }

  private Optional<List<Contact>> found = Optional.empty();
  private boolean answered;

  private FindNode beAsked(Target target) {
    answered = false;
    node.v5.findNode(
        V5Scene.contact(peer),
        target,
        answer -> {
          assertThat(answered).isFalse();
          answered = true;
          found = answer;
        });
    return peer.receiveMessage(FindNode.class);
  }

  private void tell(FindNode asked, int total, NodeRecord... records) {
    peer.send(
        new Nodes(
            asked.requestId(), total, List.of(records).stream().map(NodeRecord::encode).toList()));
    scene.network.time.pass(Duration.ofMillis(100));
  }

  private Target target(int distance) {
    return Target.of(keysAt(peer.id(), distance, 1).get(0).publicKey());
  }

  @Test
  void aLookupAsksForTheDistanceOfItsTargetAndThoseAround() {
    peer.makeSession();
    assertThat(beAsked(target(256)).distances()).containsExactly(256, 255, 254);
    assertThat(beAsked(target(254)).distances()).containsExactly(254, 255, 253);
    assertThat(Distances.toward(peer.id(), peer.id())).containsExactly(0, 1, 2);
  }

  private NodeRecord[] recordsAt(int distance, int count, int network) {
    List<NodeKey> keys = keysAt(peer.id(), distance, count);
    return IntStream.range(0, count)
        .mapToObj(i -> record(keys.get(i), network, i, 1, 1))
        .toArray(NodeRecord[]::new);
  }

  private void tellAll(FindNode asked, NodeRecord... records) {
    int messages = (records.length + 3) / 4;
    for (int i = 0; i < records.length; i += 4) {
      tell(asked, messages, Arrays.copyOfRange(records, i, Math.min(i + 4, records.length)));
    }
  }

  @Test
  void nearTheTargetTheBucketsThatTheAnswerHadNoRoomForAreAskedForAlone() {
    peer.makeSession();
    Target target = target(254);
    FindNode asked = beAsked(target);
    NodeRecord[] near = recordsAt(254, 10, 64);
    NodeRecord[] next = recordsAt(255, 16, 65);
    NodeRecord[] first =
        Stream.of(near, Arrays.copyOf(next, 6)).flatMap(Stream::of).toArray(NodeRecord[]::new);
    tellAll(asked, first);
    assertThat(answered).isFalse();
    FindNode more = peer.receiveMessage(FindNode.class);
    assertThat(more.distances()).containsExactly(255, 253);
    tellAll(more, next);
    assertThat(found.orElseThrow())
        .extracting(Contact::id)
        .containsExactlyElementsOf(
            Stream.of(near, next)
                .flatMap(Stream::of)
                .map(NodeRecord::id)
                .sorted(target.id()::compareDistance)
                .limit(16)
                .toList());
  }

  @Test
  void whatCameFirstCountsWhenTheRestStaysUnanswered() {
    peer.makeSession();
    NodeRecord[] first =
        Stream.of(recordsAt(254, 15, 64), recordsAt(255, 1, 65))
            .flatMap(Stream::of)
            .toArray(NodeRecord[]::new);
    tellAll(beAsked(target(254)), first);
    assertThat(answered).isFalse();
    scene.network.time.pass(Calls.TIMEOUT);
    assertThat(found.orElseThrow()).hasSize(16);
  }

  @Test
  void anAnswerWithRoomLeftOrOfOneBucketAloneIsAllThatIsAskedFor() {
    peer.makeSession();
    tellAll(beAsked(target(254)), recordsAt(254, 16, 64));
    assertThat(found.orElseThrow()).hasSize(16);
    tellAll(
        beAsked(target(254)),
        Stream.of(recordsAt(254, 8, 64), recordsAt(255, 7, 65))
            .flatMap(Stream::of)
            .toArray(NodeRecord[]::new));
    assertThat(found.orElseThrow()).hasSize(15);
  }

  @Test
  void theAnswerIsCompleteWithTheNumberOfMessagesThatTheFirstTold() {
    peer.makeSession();
    FindNode asked = beAsked(target(256));
    List<NodeKey> keys = keysAt(peer.id(), 256, 3);
    tell(asked, 2, record(keys.get(0), 64, 1, 1, 1));
    assertThat(answered).isFalse();
    tell(asked, 9, record(keys.get(1), 64, 2, 1, 1));
    assertThat(answered).isTrue();
    assertThat(found.orElseThrow())
        .extracting(Contact::id)
        .containsExactly(keys.get(0).id(), keys.get(1).id());
    tell(asked, 2, record(keys.get(2), 64, 3, 1, 1));
    assertThat(node.dropped("unsolicited")).isEqualTo(1);
  }

  @Test
  void whatCameCountsWhenTheRestIsLost() {
    peer.makeSession();
    FindNode asked = beAsked(target(256));
    tell(asked, 5, record(keysAt(peer.id(), 256, 1).get(0), 64, 1, 1, 1));
    scene.network.time.pass(Calls.TIMEOUT);
    assertThat(found.orElseThrow()).hasSize(1);
  }

  @Test
  void noAnswerIsTold() {
    peer.makeSession();
    beAsked(target(256));
    scene.network.time.pass(Calls.TIMEOUT);
    assertThat(answered).isTrue();
    assertThat(found).isEmpty();
  }

  @Test
  void aTotalOfZeroOrBillionsDoesNotHoldTheAnswerUp() {
    peer.makeSession();
    NodeRecord record = record(keysAt(peer.id(), 256, 1).get(0), 64, 1, 1, 1);
    tell(beAsked(target(256)), 0, record);
    assertThat(found.orElseThrow()).hasSize(1);
    FindNode asked = beAsked(target(256));
    for (int i = 0; i < NodesAnswer.MAX_MESSAGES; i++) {
      assertThat(answered).isFalse();
      tell(asked, Integer.MAX_VALUE);
    }
    assertThat(answered).isTrue();
  }

  @Test
  void noMoreThanSixteenRecordsAreTaken() {
    peer.makeSession();
    FindNode asked = beAsked(target(256));
    List<NodeKey> keys = keysAt(peer.id(), 256, 17);
    for (int i = 0; i < 17; i++) {
      tell(asked, 16, record(keys.get(i), 64, i, 1, 1), record(keys.get(i), 64, i, 1, 1));
    }
    assertThat(answered).isTrue();
    assertThat(found.orElseThrow()).hasSize(8);
    assertThat(node.dropped("bad_node")).isEqualTo(8 + 1);
  }

  @Test
  void recordsThatNobodyAskedForOrMayBeToldAreLeftOut() {
    peer.makeSession();
    FindNode asked = beAsked(target(256));
    List<NodeKey> keys = keysAt(peer.id(), 256, 6);
    NodeRecord good = record(keys.get(0), 64, 1, 1, 1);
    NodeRecord lowPort =
        NodeRecord.builder()
            .endpoint(
                good.udpEndpoint().orElseThrow().getAddress(),
                30303,
                Addresses.HIGHEST_RESERVED_PORT)
            .sign(keys.get(1));
    NodeRecord firstPort =
        NodeRecord.builder()
            .endpoint(
                good.udpEndpoint().orElseThrow().getAddress(),
                30303,
                Addresses.HIGHEST_RESERVED_PORT + 1)
            .sign(keys.get(2));
    tell(
        asked,
        1,
        good,
        good,
        lowPort,
        firstPort,
        record(keys.get(3), 192, 168, 1, 1),
        record(keys.get(4), 127, 0, 0, 1),
        NodeRecord.builder().sign(keys.get(5)),
        record(keysAt(peer.id(), 252, 1).get(0), 64, 2, 1, 1));
    assertThat(found.orElseThrow())
        .extracting(Contact::record)
        .containsExactly(Optional.of(good), Optional.of(firstPort));
    assertThat(node.dropped("bad_node")).isEqualTo(6);
  }

  @Test
  void aRecordWithASpoiltSignatureIsLeftOut() {
    peer.makeSession();
    FindNode asked = beAsked(target(256));
    byte[] spoilt = record(keysAt(peer.id(), 256, 1).get(0), 64, 1, 1, 1).encode().toArray();
    spoilt[20] ^= 1;
    peer.send(new Nodes(asked.requestId(), 1, List.of(Bytes.wrap(spoilt))));
    scene.network.time.pass(Duration.ofMillis(100));
    assertThat(found.orElseThrow()).isEmpty();
    assertThat(node.dropped("bad_record")).isEqualTo(1);
  }

  @Test
  void theNodeItselfIsNoNews() {
    peer.makeSession();
    int distance = peer.id().logDistance(node.id());
    tell(beAsked(Target.of(node.key.publicKey())), 1, node.local.record());
    assertThat(distance).isPositive();
    assertThat(found.orElseThrow()).isEmpty();
  }

  @Test
  void aRecordIsRequestedAtDistanceZeroAndIsOfThatNode() {
    peer.makeSession();
    List<Optional<NodeRecord>> records = new ArrayList<>();
    node.v5.requestRecord(V5Scene.contact(peer), records::add);
    FindNode asked = peer.receiveMessage(FindNode.class);
    assertThat(asked.distances()).containsExactly(0);
    tell(asked, 1, record(V5Peer.key(5), 64, 1, 1, 1), peer.record);
    assertThat(records).containsExactly(Optional.of(peer.record));
  }
}
