package io.kadlink.discovery.lookup;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.table.AddressRules;
import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.table.Table;
import io.kadlink.discovery.table.TableListener;
import io.kadlink.discovery.testing.VirtualNetwork;
import io.kadlink.discovery.testing.VirtualTime;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.NodeRecord;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.tuweni.bytes.Bytes32;
import org.junit.jupiter.api.Test;

/** Which records are fetched, and what is made of the endpoints they name. */
class RecordFetcherTest {
  private static final InetSocketAddress HOME = VirtualNetwork.address(8, 8, 8, 8);
  private static final InetSocketAddress ELSEWHERE = VirtualNetwork.address(9, 9, 9, 9);

  private final VirtualTime time = new VirtualTime();
  private final Random random = new Random(4);
  private final NodeKey key = key();
  private final NodeId self = key().id();
  private final HandPlayed protocol = new HandPlayed();
  private final Table table =
      new Table(
          self,
          time,
          random,
          AddressRules.defaults(),
          (contact, done) -> done.accept(true),
          new TableListener() {});
  private final RecordFetcher fetcher = new RecordFetcher(time, table, protocol);

  private NodeKey key() {
    byte[] secret = new byte[32];
    random.nextBytes(secret);
    return NodeKey.of(Bytes32.wrap(secret));
  }

  private static Contact contact(NodeKey key, InetSocketAddress at) {
    return Contact.of(key.publicKey(), at, 30303);
  }

  private NodeRecord record(int seq, InetSocketAddress at) {
    return NodeRecord.builder()
        .seq(seq)
        .endpoint(at.getAddress(), at.getPort(), at.getPort())
        .sign(key);
  }

  private void fetch(NodeRecord record) {
    table.addProven(contact(key, HOME));
    fetcher.announced(key.id(), record.seq());
    protocol.recordRequests.remove().accept(Optional.of(record));
  }

  @Test
  void aHigherSequenceNumberHasTheRecordFetchedAndTheSameHasNot() {
    NodeRecord record = record(2, HOME);
    fetch(record);
    assertThat(table.find(key.id()).flatMap(Contact::record)).contains(record);
    fetcher.announced(key.id(), 2);
    assertThat(protocol.recordRequests).isEmpty();
    fetcher.announced(key.id(), 3);
    assertThat(protocol.recordRequests).hasSize(1);
  }

  @Test
  void aNodeThatIsNotInTheTableIsNotAsked() {
    fetcher.announced(key.id(), 1);
    assertThat(protocol.recordRequests).isEmpty();
  }

  @Test
  void theEndpointWhereTheNodeIsAnywayIsNotPinged() {
    fetch(record(2, HOME));
    assertThat(protocol.pinged).isEmpty();
  }

  @Test
  void anotherEndpointIsPingedAndNotBelievedYet() {
    fetch(record(2, ELSEWHERE));
    assertThat(protocol.pinged).extracting(Contact::udp).containsExactly(ELSEWHERE);
    assertThat(table.find(key.id()).map(Contact::udp)).contains(HOME);
  }

  @Test
  void aReservedPortIsNotPingedAndTheNextOneIs() {
    fetch(record(2, new InetSocketAddress(ELSEWHERE.getAddress(), 1024)));
    assertThat(protocol.pinged).isEmpty();
    fetch(record(3, new InetSocketAddress(ELSEWHERE.getAddress(), 1025)));
    assertThat(protocol.pinged).hasSize(1);
  }

  @Test
  void anAddressThatTheNodeMayNotTellOfIsNotPinged() {
    fetch(record(2, VirtualNetwork.address(192, 168, 1, 1)));
    assertThat(protocol.pinged).isEmpty();
  }

  @Test
  void soManyFetchesRunAtATimeAndNoMore() {
    List<NodeKey> nodes =
        IntStream.rangeClosed(0, RecordFetcher.MAX_RUNNING).mapToObj(this::put).toList();
    NodeKey last = nodes.get(RecordFetcher.MAX_RUNNING);
    for (NodeKey node : nodes.subList(0, RecordFetcher.MAX_RUNNING)) {
      assertThat(protocol.recordRequests).hasSizeLessThan(RecordFetcher.MAX_RUNNING);
      fetcher.announced(node.id(), 1);
      fetcher.announced(node.id(), 1); // that one runs
    }
    assertThat(protocol.recordRequests).hasSize(RecordFetcher.MAX_RUNNING);
    fetcher.announced(last.id(), 1);
    assertThat(protocol.recordRequests).hasSize(RecordFetcher.MAX_RUNNING);
    protocol.recordRequests.remove().accept(Optional.empty());
    fetcher.announced(last.id(), 1);
    assertThat(protocol.recordRequests).hasSize(RecordFetcher.MAX_RUNNING);
  }

  /** Puts one of many nodes into the table, with no more than 12 in a bucket. */
  private NodeKey put(int number) {
    NodeKey node = key();
    while (self.logDistance(node.id()) != 256 - number / 12) {
      node = key();
    }
    table.addProven(contact(node, VirtualNetwork.address(30, number, 1, 1)));
    return node;
  }
}
