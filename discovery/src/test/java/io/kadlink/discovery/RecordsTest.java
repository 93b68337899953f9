package io.kadlink.discovery;

import static io.kadlink.discovery.testing.LoopbackNodes.await;
import static io.kadlink.discovery.testing.LoopbackNodes.enode;
import static io.kadlink.discovery.testing.LoopbackNodes.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kadlink.discovery.testing.LoopbackNodes;
import io.kadlink.identity.Enode;
import io.kadlink.identity.InvalidRecordException;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.NodeRecord;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.rlp.RLP;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A node's record: what it says, how it changes, and how others come to know. */
class RecordsTest {
  private final LoopbackNodes nodes = new LoopbackNodes();
  private final DiscoveryService node = nodes.start(30303);

  @AfterEach
  void stop() {
    nodes.close();
  }

  @Test
  void itNamesAddressAndPorts() {
    NodeRecord record = node.localRecord();
    assertThat(record.udpEndpoint()).contains(node.localAddress());
    assertThat(record.tcpEndpoint())
        .contains(new InetSocketAddress(node.localAddress().getAddress(), 30303));
  }

  @Test
  void aNodeThatCannotBeDialedNamesNoTcpPort() {
    NodeRecord record = nodes.start(0).localRecord();
    assertThat(record.udpEndpoint()).isPresent();
    assertThat(record.tcpEndpoint()).isEmpty();
  }

  @Test
  void theSequenceNumberRisesByOneOnlyWhenTheContentChanges() {
    long before = node.localRecord().seq();
    Bytes value = RLP.encodeInt(7);
    NodeRecord changed = get(node.updateRecord(builder -> builder.entry("x", value)));
    assertThat(changed.seq()).isEqualTo(before + 1);
    assertThat(changed.entry("x")).contains(value);
    assertThat(node.localRecord()).isEqualTo(changed);
    assertThat(get(node.updateRecord(builder -> builder.entry("x", value)))).isEqualTo(changed);
  }

  @Test
  void aRecordThatWouldBeTooLargeIsRefusedAndTheOldOneStays() {
    NodeRecord before = node.localRecord();
    assertThatThrownBy(
            () ->
                node.updateRecord(
                        builder -> builder.entry("x", RLP.encodeValue(Bytes.wrap(new byte[250]))))
                    .toCompletableFuture()
                    .join())
        .hasCauseInstanceOf(InvalidRecordException.class);
    assertThat(node.localRecord()).isEqualTo(before);
  }

  @Test
  void anyoneMayAskForIt() {
    DiscoveryService asker = nodes.start(0);
    Node remote =
        new Node(node.localRecord().publicKey(), node.localAddress(), 0, Optional.empty());
    assertThat(get(asker.requestRecord(remote))).isEqualTo(node.localRecord());
  }

  @Test
  void aNodeThatIsNotThereServesNone() {
    DiscoveryService gone = nodes.start(0);
    Node remote =
        new Node(gone.localRecord().publicKey(), gone.localAddress(), 0, Optional.empty());
    gone.close();
    assertThatThrownBy(() -> node.requestRecord(remote).toCompletableFuture().join())
        .hasCauseInstanceOf(TimeoutException.class);
    assertThatThrownBy(() -> node.ping(enode(gone)).toCompletableFuture().join())
        .hasCauseInstanceOf(TimeoutException.class);
  }

  @Test
  void friendsFetchItAndLearnOfChangesAtOnce() {
    DiscoveryService friend = nodes.start(30304, enode(node));
    await("the record is fetched", () -> recordAt(friend).equals(Optional.of(node.localRecord())));
    NodeRecord changed =
        get(node.updateRecord(builder -> builder.entry("relay", RLP.encodeInt(1))));
    await("the new record is fetched", () -> recordAt(friend).equals(Optional.of(changed)));
  }

  private Optional<NodeRecord> recordAt(DiscoveryService friend) {
    return get(friend.table()).stream()
        .filter(known -> known.id().equals(node.localRecord().id()))
        .findFirst()
        .flatMap(Node::record);
  }

  @Test
  void aNodeIsResolvedByItsKeyThroughOthers() {
    DiscoveryService target = nodes.start(30304, enode(node));
    DiscoveryService asker = nodes.start(30305, enode(node));
    await("the asker has a bond", () -> get(asker.knows(node.localRecord().id())));
    await("so has the target", () -> get(node.knows(target.localRecord().id())));
    assertThat(get(asker.resolve(target.localRecord().publicKey())))
        .hasValueSatisfying(
            found -> {
              assertThat(found.record()).contains(target.localRecord());
              assertThat(found.tcp()).contains(target.localRecord().tcpEndpoint().orElseThrow());
            });
    assertThat(get(asker.resolve(NodeKey.generate().publicKey()))).isEmpty();
  }

  @Test
  void aPingToAnEnodeWithoutUdpPortFailsAtOnce() {
    Enode enode = enode(node);
    Enode portless = new Enode(enode.publicKey(), enode.host(), 30303, 0);
    assertThatThrownBy(() -> node.ping(portless).toCompletableFuture().join())
        .hasCauseInstanceOf(IllegalArgumentException.class);
  }
}
