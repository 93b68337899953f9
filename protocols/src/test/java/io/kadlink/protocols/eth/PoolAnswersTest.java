package io.kadlink.protocols.eth;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.protocols.eth.chain.BlobSamples;
import io.kadlink.protocols.eth.chain.BlobSidecar;
import io.kadlink.protocols.eth.chain.CellMask;
import io.kadlink.protocols.eth.chain.PooledTransaction;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.kzg.NativeKzg;
import io.kadlink.protocols.eth.wire.EthMessage.Cells;
import io.kadlink.protocols.eth.wire.EthMessage.GetCells;
import io.kadlink.protocols.eth.wire.EthMessage.GetPooledTransactions;
import io.kadlink.protocols.eth.wire.EthMessage.PooledTransactions;
import io.kadlink.protocols.eth.wire.EthSamples;
import io.kadlink.protocols.eth.wire.EthVersion;
import io.kadlink.server.testing.MemoryNetwork;
import java.time.Duration;
import java.util.List;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.Test;

/** What peers get of the pool, and how much of it. */
class PoolAnswersTest {
  private static final PooledTransaction BLOBS =
      BlobSamples.all().stream()
          .filter(one -> one.sidecar().orElseThrow().blobs().size() == 2)
          .filter(one -> one.sidecar().orElseThrow().form() == BlobSidecar.Form.CELL_PROOFS)
          .findFirst()
          .orElseThrow();

  private final MemoryNetwork network = new MemoryNetwork(1);
  private final EthNode node = new EthNode(network, new FakeChain());

  @Test
  void aPeerThatAsksForTheSameOverAndOverGetsSoMuchAndThenNothingForAWhile() {
    Transaction large = EthSamples.transferWithData(1, Bytes.wrap(new byte[1 << 20]));
    node.eth().sendTransaction(large);
    PlayedPeer greedy = node.meets(EthVersion.ETH_69).greets();
    int got = 0;
    for (int i = 0; i < 100; i++) {
      got += ask(greedy, large);
    }
    assertThat(got).isEqualTo((int) (Allowance.BURST_BYTES >> 20));
    assertThat(
            node.counted(
                "kadlink.eth.messages.ignored",
                "message",
                "GetPooledTransactions",
                "reason",
                "allowance"))
        .isEqualTo(100 - got);
    assertThat(ask(node.meets(EthVersion.ETH_69).greets(), large)).isEqualTo(1);
    network.loop().advance(Duration.ofSeconds(1));
    assertThat(ask(greedy, large)).isEqualTo(1);
    assertThat(greedy.disconnectedWith()).isEmpty();
  }

  @Test
  void onlyFewAnswersWithCellsAreUnderWayForOnePeer() {
    node.chain().pool().put(BLOBS);
    PlayedPeer greedy = node.meets(EthVersion.ETH_72).greets();
    greedy.heard();
    for (int i = 0; i < PoolAnswers.MAX_OF_PEER + 3; i++) {
      greedy.says(new GetCells(i, List.of(BLOBS.hash()), CellMask.of(1)));
    }
    assertThat(greedy.heard(Cells.class))
        .hasSize(3)
        .allMatch(answer -> answer.transactions().isEmpty());
    network.loop().runDue();
    assertThat(greedy.heard(Cells.class))
        .hasSize(PoolAnswers.MAX_OF_PEER)
        .noneMatch(answer -> answer.transactions().isEmpty());
  }

  @Test
  void fewCellsOfABlobCostAsMuchOfTheAllowanceAsTheBlob() {
    node.chain().pool().put(BLOBS);
    PlayedPeer greedy = node.meets(EthVersion.ETH_72).greets();
    greedy.heard();
    int got = 0;
    for (int i = 0; i < 1000; i++) {
      greedy.says(new GetCells(i, List.of(BLOBS.hash()), CellMask.of(1)));
      network.loop().runDue();
      got += greedy.heardOne(Cells.class).transactions().size();
    }
    assertThat(got).isEqualTo((int) (Allowance.BURST_BYTES / BlobSidecar.BLOB_BYTES));
  }

  @Test
  void cellsComeByIndexAndToGethAsItListsThem() {
    node.chain().pool().add(BLOBS);
    CellMask mask = CellMask.of(0, 9);
    List<Bytes> byIndex =
        NativeKzg.load().orElseThrow().cells(BLOBS.sidecar().orElseThrow().blobs(), mask);
    assertThat(cells(node.meets(EthVersion.ETH_72).greets(), mask)).isEqualTo(byIndex);
    assertThat(
            cells(
                node.meetsClient(EthVersion.ETH_72, "Geth/v1.17.6-stable/linux-amd64").greets(),
                mask))
        .containsExactly(byIndex.get(0), byIndex.get(2), byIndex.get(1), byIndex.get(3));
  }

  private List<Bytes> cells(PlayedPeer peer, CellMask mask) {
    peer.says(new GetCells(1, List.of(BLOBS.hash()), mask));
    network.loop().runDue();
    return peer.heardOne(Cells.class).transactions().getFirst().cells();
  }

  private int ask(PlayedPeer peer, Transaction transaction) {
    peer.heard();
    peer.says(new GetPooledTransactions(1, List.of(transaction.hash())));
    network.loop().runDue();
    return peer.heardOne(PooledTransactions.class).transactions().size();
  }
}
