package io.kadlink.discovery.mdns;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.Node;
import io.kadlink.discovery.testing.VirtualTime;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.NodeRecord;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.rlp.RLP;
import org.junit.jupiter.api.Test;

class LanNodesTest {
  private final VirtualTime time = new VirtualTime();
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final LanNodes lan = new LanNodes(time, key(0).id(), false, metrics);

  private static NodeKey key(int number) {
    return NodeKey.of(Bytes32.leftPad(Bytes.ofUnsignedInt(number + 1)));
  }

  private static NodeRecord record(int number, long seq, int... ip) {
    try {
      byte[] address = {(byte) ip[0], (byte) ip[1], (byte) ip[2], (byte) ip[3]};
      return NodeRecord.builder()
          .seq(seq)
          .endpoint(InetAddress.getByAddress(address), 30303, 30303)
          .sign(key(number));
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private static NodeRecord record(int number) {
    return record(number, 1, 192, 168, number / 256, number % 256);
  }

  private void announce(NodeRecord record) {
    lan.announced(Announcement.name(record), record.toString());
  }

  private double dropped(DropReason reason) {
    time.pass(Duration.ZERO);
    return metrics
        .get("kadlink.discovery.mdns.dropped")
        .tag("reason", reason.tag())
        .counter()
        .count();
  }

  private CompletableFuture<List<Node>> pull() {
    CompletableFuture<List<Node>> pull = lan.pull(16).toCompletableFuture();
    time.pass(Duration.ZERO);
    return pull;
  }

  @Test
  void theLongestRecordFitsTheStringsOfATxtRecord() {
    NodeRecord largest = NodeRecord.builder().sign(key(1));
    int room = NodeRecord.MAX_BYTES - largest.encode().size() - 5;
    largest =
        NodeRecord.builder().entry("x", RLP.encodeValue(Bytes.repeat((byte) 7, room))).sign(key(1));
    assertThat(largest.encode().size()).isBetween(298, 300);
    Map<String, String> strings = Announcement.encode(largest);
    strings.forEach((name, value) -> assertThat(name + "=" + value).hasSizeLessThanOrEqualTo(255));
    assertThat(Announcement.decode(Announcement.text(strings::get))).isEqualTo(largest);

    NodeRecord small = NodeRecord.builder().sign(key(1));
    assertThat(Announcement.encode(small)).containsOnlyKeys("enr");
    assertThat(Announcement.decode(Announcement.text(Announcement.encode(small)::get)))
        .isEqualTo(small);
  }

  @Test
  void anAnnouncedNodeIsHandedOutAtOnceAndAgainLater() {
    CompletableFuture<List<Node>> pull = pull();
    assertThat(pull).isNotDone();
    announce(record(1));
    time.pass(Duration.ZERO);
    assertThat(pull.join()).singleElement().extracting(Node::id).isEqualTo(record(1).id());
    announce(record(1));
    CompletableFuture<List<Node>> again = pull();
    time.pass(LanNodes.REPEAT_AFTER.minusMillis(1));
    assertThat(again).isNotDone();
    time.pass(Duration.ofMillis(1));
    assertThat(again.join()).hasSize(1);
  }

  @Test
  void aNewerRecordIsHandedOutAtOnceAndAnOlderOneNever() {
    announce(record(1, 5, 192, 168, 0, 1));
    assertThat(pull().join()).hasSize(1);
    announce(record(1, 6, 192, 168, 0, 9));
    assertThat(pull().join()).singleElement().extracting(Node::record).isNotNull();
    announce(record(1, 4, 192, 168, 0, 7));
    assertThat(pull()).isNotDone();
    assertThat(dropped(DropReason.STALE)).isEqualTo(1);
  }

  @Test
  void aNodeUnderSeveralNamesIsOneNode() {
    lan.announced("a", record(1).toString());
    lan.announced("b", record(1).toString());
    assertThat(pull().join()).hasSize(1);
    assertThat(dropped(DropReason.STALE)).isEqualTo(1);
  }

  @Test
  void ourselvesWeDoNotFind() {
    announce(record(0));
    assertThat(pull()).isNotDone();
  }

  @Test
  void whatIsNoRecordIsDropped() {
    lan.announced("a", null);
    lan.announced("b", "enr:garbage");
    lan.announced("c", record(1).toString().replace('1', '2'));
    assertThat(pull()).isNotDone();
    assertThat(dropped(DropReason.BAD_RECORD)).isEqualTo(3);
  }

  @Test
  void addressesNoNeighbourCanHaveAreDropped() {
    announce(record(1, 1, 127, 0, 0, 1));
    announce(record(2, 1, 0, 0, 0, 0));
    announce(record(3, 1, 239, 1, 1, 1));
    lan.announced("d", NodeRecord.builder().sign(key(4)).toString());
    assertThat(pull()).isNotDone();
    assertThat(dropped(DropReason.NO_ADDRESS)).isEqualTo(4);
  }

  @Test
  void aNodeThatSaysGoodbyeIsNotHandedOut() {
    announce(record(1));
    lan.withdrawn(Announcement.name(record(1)));
    assertThat(pull()).isNotDone();
  }

  @Test
  void onlySoManyRecordsAreVerified() {
    for (int i = 1; i <= LanNodes.VERIFY_BURST; i++) {
      lan.announced("x" + i, "enr:garbage" + i);
    }
    assertThat(dropped(DropReason.RATE_LIMITED)).isZero();
    announce(record(1));
    assertThat(dropped(DropReason.RATE_LIMITED)).isEqualTo(1);
    time.pass(Duration.ofMillis(100));
    announce(record(1));
    assertThat(pull().join()).hasSize(1);
  }

  @Test
  void onlySoManyNodesAreRemembered() {
    for (int i = 1; i <= LanNodes.MAX_NODES; i++) {
      announce(record(i));
      time.pass(Duration.ofMillis(100));
    }
    assertThat(dropped(DropReason.TOO_MANY)).isZero();
    announce(record(LanNodes.MAX_NODES + 1));
    assertThat(dropped(DropReason.TOO_MANY)).isEqualTo(1);
    announce(record(1, 2, 192, 168, 0, 1)); // a known one may change
    assertThat(dropped(DropReason.TOO_MANY)).isEqualTo(1);
  }

  @Test
  void closingEndsAWaitingPull() {
    CompletableFuture<List<Node>> pull = pull();
    lan.close();
    announce(record(1));
    time.pass(Duration.ZERO);
    assertThat(pull).isCompletedWithValue(List.of());
    assertThat(pull()).isCompletedWithValue(List.of());
  }
}
