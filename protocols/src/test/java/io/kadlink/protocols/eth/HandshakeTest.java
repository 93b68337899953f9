package io.kadlink.protocols.eth;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.protocols.eth.chain.ForkId;
import io.kadlink.protocols.eth.wire.BlockId;
import io.kadlink.protocols.eth.wire.BlockRange;
import io.kadlink.protocols.eth.wire.EthMessage.GetBlockHeaders;
import io.kadlink.protocols.eth.wire.EthMessage.Status;
import io.kadlink.protocols.eth.wire.EthMessage.Status69;
import io.kadlink.protocols.eth.wire.EthVersion;
import io.kadlink.protocols.eth.wire.MessageCode;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.server.Protocol;
import io.kadlink.server.testing.MemoryNetwork;
import java.time.Duration;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HandshakeTest {
  private final MemoryNetwork network = new MemoryNetwork(1);
  private final EthNode node = new EthNode(network, new FakeChain().grow(3));

  @ParameterizedTest
  @EnumSource
  void ourStatusGoesOutAtOnce(EthVersion version) {
    PlayedPeer peer = node.meets(version);
    assertThat(peer.heard()).containsExactly(peer.status(node.chain()));
  }

  @ParameterizedTest
  @EnumSource
  void aPeerOnOurChainIsAcceptedAndItsHeadKnown(EthVersion version) {
    PlayedPeer peer = node.meets(version).greets();
    network.loop().advance(Duration.ofSeconds(10));
    assertThat(peer.disconnectedWith()).isEmpty();
    EthPeerStatus status = node.eth().peer(peer.session().id()).orElseThrow();
    assertThat(status.version()).isEqualTo(version);
    assertThat(status.head()).contains(new BlockId(3, node.chain().head().hash()));
    assertThat(node.counted("kadlink.eth.handshakes", "outcome", "accepted")).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void anotherNetworkIdIsRefused(EthVersion version) {
    PlayedPeer peer = node.meets(version).greets(new FakeChain().withNetworkId(5));
    assertRefused(peer, "network", "network id 5, expected 1337");
  }

  @ParameterizedTest
  @EnumSource
  void anotherGenesisBlockIsRefused(EthVersion version) {
    FakeChain other = new FakeChain(2);
    PlayedPeer peer = node.meets(version).greets(other);
    assertRefused(
        peer,
        "genesis",
        "genesis " + other.genesisHash() + ", expected " + node.chain().genesisHash());
  }

  @ParameterizedTest
  @EnumSource
  void anIncompatibleForkIdIsRefused(EthVersion version) {
    PlayedPeer peer = node.meets(version).greets(new FakeChain().withForkHash("0xffffffff"));
    assertRefused(peer, "fork_id", "fork hash 0xffffffff, expected 0x01020304");
  }

  @Test
  void anotherVersionNumberIsRefused() {
    PlayedPeer peer = node.meets(EthVersion.ETH_69);
    Status69 right = (Status69) peer.status(node.chain());
    peer.says(new Status69(68, right.networkId(), right.genesis(), right.forkId(), right.range()));
    assertRefused(peer, "version", "version 68, expected eth/69");
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "ETH_68")
  void aRangeThatRunsBackwardsIsRefused(EthVersion version) {
    PlayedPeer peer = node.meets(version);
    Status69 right = (Status69) peer.status(node.chain());
    peer.says(
        new Status69(
            version.number(),
            right.networkId(),
            right.genesis(),
            right.forkId(),
            new BlockRange(9, 8, Bytes32.repeat((byte) 1))));
    assertRefused(peer, "range", "earliest block 9 is after latest 8");
  }

  @Test
  void aStatusNamesTheBlocksThatAreThere() {
    node.chain().setEarliestBlock(2);
    Status69 ours = node.meets(EthVersion.ETH_72).heardOne(Status69.class);
    assertThat(ours.range()).isEqualTo(new BlockRange(2, 3, node.chain().head().hash()));
  }

  @ParameterizedTest
  @EnumSource
  void nothingIsHeardBeforeStatus(EthVersion version) {
    PlayedPeer peer =
        node.meets(version)
            .says(new GetBlockHeaders(1, new GetBlockHeaders.AtNumber(0), 1, 0, false));
    assertThat(peer.disconnectedWith()).contains(DisconnectReason.PROTOCOL_BREACH);
    assertThat(peer.violation().orElseThrow()).hasMessage("GetBlockHeaders before Status");
    assertThat(peer.heard()).hasOnlyElementsOfType(Status.class);
    assertThat(node.counted("kadlink.eth.handshakes", "outcome", "no_status")).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void aSecondStatusIsABreach(EthVersion version) {
    PlayedPeer peer = node.meets(version).greets().greets();
    assertThat(peer.disconnectedWith()).contains(DisconnectReason.PROTOCOL_BREACH);
  }

  @ParameterizedTest
  @EnumSource
  void aPeerThatKeepsSilentIsLeftAfterFiveSeconds(EthVersion version) {
    PlayedPeer peer = node.meets(version);
    network.loop().advance(Duration.ofMillis(4999));
    assertThat(peer.disconnectedWith()).isEmpty();
    network.loop().advance(Duration.ofMillis(1));
    assertThat(peer.disconnectedWith()).contains(DisconnectReason.TIMEOUT);
    assertThat(node.counted("kadlink.eth.handshakes", "outcome", "timeout")).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void aMalformedStatusIsABreach(EthVersion version) {
    PlayedPeer peer = node.meets(version).says(MessageCode.STATUS, Bytes.fromHexString("0xc180"));
    assertThat(peer.disconnectedWith()).contains(DisconnectReason.PROTOCOL_BREACH);
    assertThat(node.counted("kadlink.eth.handshakes", "outcome", "malformed")).isEqualTo(1);
  }

  @Test
  void aPeerThatHasLeftIsForgotten() {
    PlayedPeer peer = node.meets(EthVersion.ETH_69).greets();
    assertThat(node.eth().peers()).hasSize(1);
    peer.leaves();
    assertThat(node.eth().peers()).isEmpty();
  }

  @Test
  void theRecordNamesTheForkIdAndFollowsIt() {
    assertThat(node.node().record().entry("eth"))
        .contains(Bytes.fromHexString("0xc7c6840102030480"));
    node.chain().setForkId(new ForkId(Bytes.fromHexString("0xaabbccdd"), 0x1234));
    node.chain().grow(1);
    network.loop().runDue();
    assertThat(node.node().record().entry("eth"))
        .contains(Bytes.fromHexString("0xc9c884aabbccdd821234"));
  }

  @Test
  void theMessageCountsAreThoseOfTheVersions() {
    assertThat(node.eth().protocols().stream().map(Protocol::messageCount))
        .containsExactly(17, 18, 18, 20, 22);
    assertThat(node.protocol(EthVersion.ETH_69).capability().toString()).isEqualTo("eth/69");
  }

  private void assertRefused(PlayedPeer peer, String what, String why) {
    assertThat(peer.disconnectedWith()).contains(DisconnectReason.SUBPROTOCOL_ERROR);
    assertThat(peer.violation().orElseThrow()).hasMessage("Status: " + why);
    assertThat(node.counted("kadlink.eth.handshakes", "outcome", what)).isEqualTo(1);
    assertThat(node.eth().peers()).isEmpty();
  }
}
