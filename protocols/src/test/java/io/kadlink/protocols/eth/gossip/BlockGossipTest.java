package io.kadlink.protocols.eth.gossip;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.protocols.eth.EthNode;
import io.kadlink.protocols.eth.EthOptions;
import io.kadlink.protocols.eth.FakeChain;
import io.kadlink.protocols.eth.PlayedPeer;
import io.kadlink.protocols.eth.chain.Block;
import io.kadlink.protocols.eth.wire.BlockId;
import io.kadlink.protocols.eth.wire.BlockRange;
import io.kadlink.protocols.eth.wire.EthMessage;
import io.kadlink.protocols.eth.wire.EthMessage.BlockRangeUpdate;
import io.kadlink.protocols.eth.wire.EthMessage.GetBlockHeaders;
import io.kadlink.protocols.eth.wire.EthMessage.NewBlock;
import io.kadlink.protocols.eth.wire.EthMessage.NewBlockHashes;
import io.kadlink.protocols.eth.wire.EthSamples;
import io.kadlink.protocols.eth.wire.EthVersion;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.server.testing.MemoryNetwork;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.units.bigints.UInt256;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BlockGossipTest {
  private final MemoryNetwork network = new MemoryNetwork(1);
  private final EthNode node = new EthNode(network, new FakeChain().grow(1));

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "ETH_68")
  void aNewHeadIsToldSinceVersion69AsABlockRange(EthVersion version) {
    PlayedPeer peer = meets(node, version);
    node.chain().grow(1);
    network.loop().runDue();
    assertThat(peer.heard()).containsExactly(range(node.chain()));
  }

  @Test
  void aHeadThatCameWhileStatusWasExchangedIsToldRightAfter() {
    PlayedPeer peer = node.meets(EthVersion.ETH_69);
    peer.heard();
    node.chain().grow(1);
    network.loop().runDue();
    assertThat(peer.heard()).isEmpty();
    peer.greets();
    assertThat(peer.heard()).containsExactly(range(node.chain()));
  }

  @Test
  void aRangeBeginsWithTheEarliestBlockThatIsThere() {
    PlayedPeer peer = meets(node, EthVersion.ETH_69);
    node.chain().setEarliestBlock(1);
    node.chain().grow(1);
    network.loop().runDue();
    assertThat(peer.heardOne(BlockRangeUpdate.class).range().earliest()).isEqualTo(1);
  }

  @Test
  void headsOfOneTurnAreToldOnce() {
    PlayedPeer peer = meets(node, EthVersion.ETH_69);
    node.chain().grow(5);
    network.loop().runDue();
    assertThat(peer.heard()).containsExactly(range(node.chain()));
  }

  @Test
  void aBlockWithoutDifficultyIsNeverGossipedToVersion68() {
    PlayedPeer peer = meets(node, EthVersion.ETH_68);
    node.chain().grow(5);
    network.loop().runDue();
    assertThat(peer.heard()).isEmpty();
  }

  @Test
  void aBlockWithDifficultyGoesWholeToAFewOfVersion68AndByHashToTheRest() {
    node.chain().withDifficulty(2);
    List<PlayedPeer> peers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      peers.add(meets(node, EthVersion.ETH_68));
    }
    Block block = node.chain().produce(List.of());
    network.loop().runDue();
    List<EthMessage> heard = peers.stream().flatMap(peer -> peer.heard().stream()).toList();
    NewBlock whole = new NewBlock(block, UInt256.valueOf(2));
    NewBlockHashes hash = new NewBlockHashes(List.of(new BlockId(2, block.header().hash())));
    assertThat(heard).containsExactlyInAnyOrder(whole, whole, hash, hash);
  }

  @Test
  void aBlockIsNotSentBackToWhoeverSentIt() {
    node.chain().withDifficulty(2);
    PlayedPeer sender = meets(node, EthVersion.ETH_68);
    PlayedPeer other = meets(node, EthVersion.ETH_68);
    Block block = node.chain().next(node.chain().head(), List.of(), Bytes.EMPTY);
    sender.says(new NewBlock(block, UInt256.valueOf(2)));
    network.loop().runDue();
    assertThat(node.chain().head()).isEqualTo(block.header());
    assertThat(sender.heard()).isEmpty();
    assertThat(other.heard()).hasSize(1);
  }

  @Test
  void anInvalidBlockEndsTheSessionAndGoesNoFurther() {
    PlayedPeer sender = meets(node, EthVersion.ETH_69);
    PlayedPeer other = meets(node, EthVersion.ETH_69);
    Block bad = node.chain().next(node.chain().head(), List.of(), FakeChain.BAD);
    sender.says(new NewBlock(bad, UInt256.ONE));
    network.loop().runDue();
    assertThat(sender.disconnectedWith()).contains(DisconnectReason.PROTOCOL_BREACH);
    assertThat(other.heard()).isEmpty();
    assertThat(node.counted("kadlink.eth.blocks.received", "result", "invalid")).isEqualTo(1);
  }

  @Test
  void aBlockWithoutKnownParentLeadsToAsking() {
    FakeChain ahead = new FakeChain().grow(9);
    PlayedPeer sender = meets(node, EthVersion.ETH_69);
    sender.says(new NewBlock(ahead.block(9), UInt256.ONE));
    assertThat(sender.heardOne(GetBlockHeaders.class).origin())
        .isEqualTo(new GetBlockHeaders.AtNumber(1));
    assertThat(node.chain().imports()).isEmpty();
  }

  @Test
  void announcedHashesLeadToAsking() {
    PlayedPeer sender = meets(node, EthVersion.ETH_68);
    sender.says(new NewBlockHashes(List.of(new BlockId(2, EthSamples.hash(2)))));
    assertThat(sender.heard(GetBlockHeaders.class)).hasSize(1);
  }

  @Test
  void anImpossibleRangeEndsTheSession() {
    for (BlockRange impossible :
        List.of(new BlockRange(3, 2, EthSamples.hash(2)), new BlockRange(0, 2, Bytes32.ZERO))) {
      PlayedPeer peer = meets(node, EthVersion.ETH_69);
      peer.says(new BlockRangeUpdate(impossible));
      assertThat(peer.disconnectedWith()).contains(DisconnectReason.PROTOCOL_BREACH);
    }
    PlayedPeer expired = meets(node, EthVersion.ETH_69);
    expired.says(new BlockRangeUpdate(new BlockRange(2, 2, EthSamples.hash(2))));
    assertThat(expired.disconnectedWith()).isEmpty();
  }

  @Test
  void aRangeChangesWhatIsKnownOfThePeer() {
    PlayedPeer peer = meets(node, EthVersion.ETH_69);
    peer.says(new BlockRangeUpdate(new BlockRange(0, 7, EthSamples.hash(7))));
    assertThat(node.eth().peer(peer.session().id()).orElseThrow().head())
        .contains(new BlockId(7, EthSamples.hash(7)));
  }

  @Test
  void whereAConsensusLayerDecidesNothingIsFetchedAndRangesAreRare() {
    EthNode served =
        new EthNode(network, new FakeChain(), EthOptions.DEFAULT.withFollowPeers(false));
    PlayedPeer peer = meets(served, EthVersion.ETH_69);
    peer.says(new BlockRangeUpdate(new BlockRange(0, 99, EthSamples.hash(99))));
    List<EthMessage> heard = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      served.chain().grow(1);
      network.loop().advance(Duration.ofSeconds(1));
      heard.addAll(peer.heard());
    }
    assertThat(heard).hasOnlyElementsOfType(BlockRangeUpdate.class).hasSize(2);
    served.chain().grow(1);
    network.loop().advance(BlockGossip.RANGE_INTERVAL);
    served.chain().grow(1);
    network.loop().runDue();
    assertThat(peer.heard()).containsExactly(range(served.chain()));
  }

  @Test
  void whereAConsensusLayerDecidesGossipedBlocksAreABreach() {
    EthNode served =
        new EthNode(network, new FakeChain().grow(1), EthOptions.DEFAULT.withFollowPeers(false));
    Block block = served.chain().next(served.chain().head(), List.of(), Bytes.EMPTY);
    PlayedPeer sending = meets(served, EthVersion.ETH_68).says(new NewBlock(block, UInt256.ONE));
    PlayedPeer naming =
        meets(served, EthVersion.ETH_68)
            .says(new NewBlockHashes(List.of(new BlockId(2, block.header().hash()))));
    assertThat(sending.disconnectedWith()).contains(DisconnectReason.PROTOCOL_BREACH);
    assertThat(naming.disconnectedWith()).contains(DisconnectReason.PROTOCOL_BREACH);
    assertThat(served.chain().imports()).isEmpty();
  }

  private static BlockRangeUpdate range(FakeChain chain) {
    return new BlockRangeUpdate(new BlockRange(0, chain.head().number(), chain.head().hash()));
  }

  private static PlayedPeer meets(EthNode node, EthVersion version) {
    PlayedPeer peer = node.meets(version).greets();
    peer.heard();
    return peer;
  }
}
