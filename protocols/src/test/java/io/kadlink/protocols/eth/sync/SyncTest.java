package io.kadlink.protocols.eth.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.protocols.eth.EthNode;
import io.kadlink.protocols.eth.EthOptions;
import io.kadlink.protocols.eth.FakeChain;
import io.kadlink.protocols.eth.PlayedPeer;
import io.kadlink.protocols.eth.wire.BlockRange;
import io.kadlink.protocols.eth.wire.EthMessage.BlockRangeUpdate;
import io.kadlink.protocols.eth.wire.EthMessage.GetBlockHeaders;
import io.kadlink.protocols.eth.wire.EthVersion;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.server.testing.MemoryNetwork;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Nodes that catch up with others of their kind, on virtual time. */
class SyncTest {
  private final MemoryNetwork network = new MemoryNetwork(1);

  @ParameterizedTest
  @EnumSource
  void aLateNodeCatchesUpInOrder(EthVersion version) {
    EthNode full = node(new FakeChain().grow(1500), version);
    EthNode late = node(new FakeChain(), version);
    late.dials(full);
    network.loop().advance(Duration.ofSeconds(5));
    assertThat(late.chain().head()).isEqualTo(full.chain().head());
    assertThat(late.chain().imports())
        .containsExactlyElementsOf(
            LongStream.rangeClosed(1, 1500).mapToObj(Long::toString).toList());
    assertThat(late.eth().syncing()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void newBlocksReachEveryNodeOverSeveralHops(EthVersion version) {
    EthNode producer = node(new FakeChain(), version);
    EthNode middle = node(new FakeChain(), version).dials(producer);
    EthNode end = node(new FakeChain(), version).dials(middle);
    network.loop().advance(Duration.ofSeconds(1));
    for (int i = 0; i < 5; i++) {
      producer.chain().grow(1);
      network.loop().advance(Duration.ofSeconds(4));
      assertThat(middle.chain().head()).isEqualTo(producer.chain().head());
      assertThat(end.chain().head()).isEqualTo(producer.chain().head());
    }
  }

  @Test
  void aNewBlockTravelsAHopInFewRoundTrips() {
    EthNode producer = new EthNode(network, new FakeChain());
    EthNode follower = new EthNode(network, new FakeChain()).dials(producer);
    network.loop().advance(Duration.ofSeconds(1));
    producer.chain().grow(4); // the last one with a body
    network.setLatency(Duration.ofMillis(50));
    network.loop().advance(Duration.ofMillis(300)); // announcement, headers, bodies
    assertThat(follower.chain().head().number()).isEqualTo(4);
  }

  @Test
  void bodiesComeFromSeveralPeers() {
    List<FakeChain> chains =
        IntStream.range(0, 3).mapToObj(i -> new FakeChain().grow(900)).toList();
    EthNode late = new EthNode(network, new FakeChain());
    chains.forEach(chain -> late.dials(new EthNode(network, chain)));
    network.loop().advance(Duration.ofSeconds(10));
    assertThat(late.chain().head()).isEqualTo(chains.getFirst().head());
    // 300 blocks have a body; each is fetched once, a good part of them from each peer.
    assertThat(chains).allSatisfy(chain -> assertThat(chain.bodiesRead()).isBetween(60, 160));
    assertThat(chains.stream().mapToInt(FakeChain::bodiesRead).sum()).isEqualTo(300);
  }

  @Test
  void aPeerThatHasDroppedOurNextBlockIsNotFollowed() {
    FakeChain ahead = new FakeChain().grow(9);
    EthNode late = new EthNode(network, new FakeChain());
    PlayedPeer pruned = late.meets(EthVersion.ETH_69);
    ahead.setEarliestBlock(2);
    pruned.greets(ahead);
    network.loop().advance(Duration.ofSeconds(5));
    assertThat(pruned.heard(GetBlockHeaders.class)).isEmpty();
    pruned.says(new BlockRangeUpdate(new BlockRange(1, 9, ahead.head().hash())));
    network.loop().advance(Duration.ofSeconds(5));
    assertThat(pruned.heard(GetBlockHeaders.class)).isNotEmpty();
  }

  @Test
  void bodiesAreAskedOfPeersThatHaveThem() {
    FakeChain whole = new FakeChain().grow(300);
    FakeChain pruned = new FakeChain().grow(299);
    pruned.setEarliestBlock(200);
    EthNode late = new EthNode(network, new FakeChain());
    late.dials(new EthNode(network, pruned)).dials(new EthNode(network, whole));
    network.loop().advance(Duration.ofSeconds(10));
    assertThat(late.chain().head()).isEqualTo(whole.head());
    assertThat(pruned.bodiesAsked()).isNotEmpty().allMatch(number -> number >= 200);
  }

  @Test
  void aSyncThatLosesItsPeerGoesOnWithAnother() {
    EthNode first = new EthNode(network, new FakeChain().grow(1500));
    EthNode late = new EthNode(network, new FakeChain()).dials(first);
    network.loop().advance(Duration.ofMillis(100));
    assertThat(late.eth().syncing()).isPresent();
    long reached = late.chain().head().number();
    network.unlink(first.node(), late.node(), DisconnectReason.CLIENT_QUITTING);
    network.loop().advance(Duration.ofSeconds(1));
    EthNode second = new EthNode(network, new FakeChain().grow(1500)).dials(late);
    network.loop().advance(Duration.ofSeconds(10));
    assertThat(reached).isLessThan(1500);
    assertThat(late.chain().head()).isEqualTo(second.chain().head());
  }

  @Test
  void aLongerForkIsFollowedFromTheCommonAncestor() {
    FakeChain ours = new FakeChain().grow(40);
    FakeChain theirs = new FakeChain().grow(40).withDifficulty(1).grow(30);
    ours.grow(20); // other blocks than theirs from 41 on
    EthNode node = new EthNode(network, ours);
    EthNode other = new EthNode(network, theirs).dials(node);
    network.loop().advance(Duration.ofSeconds(5));
    assertThat(ours.head()).isEqualTo(other.chain().head());
    assertThat(ours.imports()).startsWith("41").hasSize(30);
  }

  @Test
  void aForkRightAfterTheGenesisBlockIsFollowed() {
    FakeChain ours = new FakeChain().grow(3);
    EthNode node = new EthNode(network, ours);
    EthNode other = new EthNode(network, new FakeChain().withDifficulty(1).grow(9)).dials(node);
    network.loop().advance(Duration.ofSeconds(5));
    assertThat(ours.head()).isEqualTo(other.chain().head());
  }

  @Test
  void syncingSaysHowFarItIs() {
    EthNode full = new EthNode(network, new FakeChain().grow(1500));
    EthNode late = new EthNode(network, new FakeChain().grow(10)).dials(full);
    network.loop().advance(Duration.ofMillis(80));
    SyncProgress progress = late.eth().syncing().orElseThrow();
    assertThat(progress.startingBlock()).isEqualTo(10);
    assertThat(progress.highestBlock()).isEqualTo(1500);
  }

  @Test
  void nothingIsAnnouncedOnTheWayButTheEnd() {
    EthNode full = new EthNode(network, new FakeChain().grow(1500));
    EthNode late = new EthNode(network, new FakeChain());
    EthNode watching =
        new EthNode(network, new FakeChain(), EthOptions.DEFAULT.withFollowPeers(false));
    late.dials(full).dials(watching);
    network.loop().advance(Duration.ofSeconds(5));
    assertThat(watching.eth().peer(late.node().id()).orElseThrow().head().orElseThrow().number())
        .isEqualTo(1500);
    assertThat(watching.chain().imports()).isEmpty();
  }

  private EthNode node(FakeChain chain, EthVersion version) {
    return new EthNode(network, chain, EthOptions.DEFAULT, List.of(version));
  }
}
