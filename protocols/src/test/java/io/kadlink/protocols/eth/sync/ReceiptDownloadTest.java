package io.kadlink.protocols.eth.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.protocols.eth.EthNode;
import io.kadlink.protocols.eth.EthOptions;
import io.kadlink.protocols.eth.FakeChain;
import io.kadlink.protocols.eth.PlayedPeer;
import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.Receipt;
import io.kadlink.protocols.eth.wire.EthMessage.GetReceipts;
import io.kadlink.protocols.eth.wire.EthMessage.Receipts;
import io.kadlink.protocols.eth.wire.EthVersion;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.server.testing.MemoryNetwork;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A chain that does not execute its blocks, and peers that know what came of them. */
class ReceiptDownloadTest {
  private final MemoryNetwork network = new MemoryNetwork(1);

  private static int missing(EthNode node) {
    return node.chain().withoutReceipts(Integer.MAX_VALUE).size();
  }

  @ParameterizedTest
  @EnumSource
  void receiptsOfAllBlocksArriveAndCanBeServed(EthVersion version) {
    EthNode full = node(new FakeChain().grow(1500), version);
    EthNode late = node(new FakeChain().withoutExecution(), version);
    late.dials(full);
    network.loop().advance(Duration.ofSeconds(20));
    assertThat(late.chain().head()).isEqualTo(full.chain().head());
    assertThat(missing(late)).isZero();
    for (BlockHeader header : headers(full.chain())) {
      assertThat(late.chain().receipts(header.hash()))
          .isEqualTo(full.chain().receipts(header.hash()));
    }
    assertThat(late.counted("kadlink.eth.receipts.received", "result", "kept")).isEqualTo(500);
  }

  @Test
  void eachBlockIsAskedOfOnePeerAndAllPeersAreAsked() {
    FakeChain ours = chainWithout(600);
    EthNode node = new EthNode(network, ours);
    List<PlayedPeer> peers =
        IntStream.range(0, 3).mapToObj(i -> node.meets(EthVersion.ETH_70).greets()).toList();
    network.loop().advance(ReceiptDownload.LOOK);
    List<GetReceipts> asked = peers.stream().map(peer -> peer.heardOne(GetReceipts.class)).toList();
    assertThat(asked).allSatisfy(one -> assertThat(one.hashes()).hasSize(32));
    assertThat(asked.stream().flatMap(one -> one.hashes().stream()).collect(Collectors.toSet()))
        .hasSize(96)
        .contains(ours.withoutReceipts(1).getFirst().hash());
  }

  @Test
  void whoHasNoneIsLeftAloneForAWhileAndNotBlamed() {
    EthNode node = new EthNode(network, chainWithout(9));
    PlayedPeer empty = node.meets(EthVersion.ETH_70).greets();
    for (int i = 0; i < 5; i++) {
      network.loop().advance(ReceiptDownload.LOOK);
      GetReceipts asked = empty.heardOne(GetReceipts.class);
      empty.says(new Receipts(asked.requestId(), List.of()));
      network.loop().advance(ReceiptDownload.REST.minusSeconds(1));
      assertThat(empty.heard(GetReceipts.class)).isEmpty();
    }
    assertThat(empty.disconnectedWith()).isEmpty();
    node.dials(new EthNode(network, new FakeChain().grow(9)));
    network.loop().advance(Duration.ofSeconds(12)); // what it was asked meanwhile times out
    assertThat(missing(node)).isZero();
  }

  @Test
  void whatBelongsToNoBlockEndsTheSessionAndIsFetchedElsewhere() {
    EthNode node = new EthNode(network, chainWithout(9));
    PlayedPeer liar = node.meets(EthVersion.ETH_70).greets();
    network.loop().advance(ReceiptDownload.LOOK);
    GetReceipts asked = liar.heardOne(GetReceipts.class);
    Receipt forged = new Receipt(0, false, 21_000, List.of());
    liar.says(new Receipts(asked.requestId(), List.of(List.of(forged))));
    assertThat(liar.disconnectedWith()).contains(DisconnectReason.PROTOCOL_BREACH);
    assertThat(missing(node)).isEqualTo(3);
    node.dials(new EthNode(network, new FakeChain().grow(9)));
    network.loop().advance(Duration.ofSeconds(3));
    assertThat(missing(node)).isZero();
  }

  @Test
  void aPeerThatGoesLeavesItsBlocksToOthers() {
    EthNode node = new EthNode(network, chainWithout(9));
    PlayedPeer gone = node.meets(EthVersion.ETH_70).greets();
    network.loop().advance(ReceiptDownload.LOOK);
    gone.heardOne(GetReceipts.class);
    gone.leaves();
    PlayedPeer next = node.meets(EthVersion.ETH_70).greets();
    network.loop().advance(ReceiptDownload.LOOK);
    assertThat(next.heardOne(GetReceipts.class).hashes()).hasSize(3);
  }

  /** A third of its blocks have transactions. */
  private static FakeChain chainWithout(int blocks) {
    return new FakeChain().withoutExecution().grow(blocks);
  }

  private EthNode node(FakeChain chain, EthVersion version) {
    return new EthNode(network, chain, EthOptions.DEFAULT, List.of(version));
  }

  private static List<BlockHeader> headers(FakeChain chain) {
    return IntStream.rangeClosed(0, (int) chain.head().number())
        .mapToObj(number -> chain.header(number).orElseThrow())
        .toList();
  }
}
