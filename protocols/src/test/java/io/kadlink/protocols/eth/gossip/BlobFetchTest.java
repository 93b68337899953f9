package io.kadlink.protocols.eth.gossip;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.protocols.eth.EthNode;
import io.kadlink.protocols.eth.EthOptions;
import io.kadlink.protocols.eth.FakeChain;
import io.kadlink.protocols.eth.PlayedPeer;
import io.kadlink.protocols.eth.chain.BlobSamples;
import io.kadlink.protocols.eth.chain.BlobSidecar;
import io.kadlink.protocols.eth.chain.CellMask;
import io.kadlink.protocols.eth.chain.Kzg;
import io.kadlink.protocols.eth.chain.PooledTransaction;
import io.kadlink.protocols.eth.chain.PooledTransactionCodec;
import io.kadlink.protocols.eth.kzg.NativeKzg;
import io.kadlink.protocols.eth.wire.EthMessage.Cells;
import io.kadlink.protocols.eth.wire.EthMessage.GetCells;
import io.kadlink.protocols.eth.wire.EthMessage.GetPooledTransactions;
import io.kadlink.protocols.eth.wire.EthMessage.NewPooledTransactionHashes;
import io.kadlink.protocols.eth.wire.EthMessage.PooledTransactions;
import io.kadlink.protocols.eth.wire.EthMessage.TransactionAnnouncement;
import io.kadlink.protocols.eth.wire.EthMessage.TransactionCells;
import io.kadlink.protocols.eth.wire.EthSamples;
import io.kadlink.protocols.eth.wire.EthVersion;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.server.reputation.Behaviour;
import io.kadlink.server.testing.MemoryNetwork;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How blob transactions come from peers of each version, and what becomes of those who cheat. */
class BlobFetchTest {
  private static final Kzg KZG = NativeKzg.load().orElseThrow();
  private static final PooledTransaction ONE = sample(1, BlobSidecar.Form.CELL_PROOFS);
  private static final PooledTransaction TWO = sample(2, BlobSidecar.Form.CELL_PROOFS);
  private static final CellMask FIRST_HALF = CellMask.of(IntStream.range(0, 64).toArray());

  private final MemoryNetwork network = new MemoryNetwork(1);
  private final EthNode node = new EthNode(network, new FakeChain());

  private static PooledTransaction sample(int blobs, BlobSidecar.Form form) {
    return BlobSamples.all().stream()
        .filter(one -> one.sidecar().orElseThrow().blobs().size() == blobs)
        .filter(one -> one.sidecar().orElseThrow().form() == form)
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @EnumSource
  void oneNodeHasItFromAnother(EthVersion version) {
    EthNode source = new EthNode(network, new FakeChain(), EthOptions.DEFAULT, List.of(version));
    EthNode sink = new EthNode(network, new FakeChain(), EthOptions.DEFAULT, List.of(version));
    sink.dials(source);
    network.loop().advance(Duration.ofSeconds(1));
    source.chain().pool().add(TWO);
    network.loop().advance(Duration.ofSeconds(1));
    assertThat(sink.chain().pool().pooled(TWO.hash())).contains(TWO);
    assertThat(sink.node().violations()).isEmpty();
    assertThat(sink.shown("kadlink.eth.transactions.blobs.fetching")).isZero();
    assertThat(sink.shown("kadlink.eth.transactions.announced")).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void itIsAnnouncedOnlyInTheSizeAndWithTheCellsOfTheVersion(EthVersion version) {
    PlayedPeer peer = meets(version);
    node.chain().pool().add(TWO);
    network.loop().runDue();
    boolean cells = version.has(EthVersion.ETH_72);
    PooledTransaction sent = cells ? withoutBlobs(TWO) : TWO;
    assertThat(peer.heard())
        .containsExactly(
            new NewPooledTransactionHashes(
                List.of(
                    new TransactionAnnouncement(
                        3, PooledTransactionCodec.encode(sent).size(), TWO.hash())),
                cells ? CellMask.ALL : CellMask.NONE));
  }

  @Test
  void itIsAskedForAtOnceSinceNobodySendsItUnasked() {
    PlayedPeer peer = meets(EthVersion.ETH_71).says(announcement(EthVersion.ETH_71, ONE));
    deliver(peer, ONE);
    assertThat(node.chain().pool().pooled(ONE.hash())).contains(ONE);
    assertThat(peer.reports()).containsOnly(Behaviour.USEFUL_ANSWER);
  }

  @Test
  void eitherFormOfItsSidecarMayHaveBeenAnnounced() {
    PooledTransaction old = sample(1, BlobSidecar.Form.BLOB_PROOFS);
    PlayedPeer peer = meets(EthVersion.ETH_71);
    long otherSize = PooledTransactionCodec.possibleBytes(old.transaction(), true)[1];
    peer.says(
        new NewPooledTransactionHashes(
            List.of(new TransactionAnnouncement(3, otherSize, old.hash()))));
    deliver(peer, old);
    assertThat(node.chain().pool().pooled(old.hash())).contains(old);
    assertThat(peer.disconnectedWith()).isEmpty();
  }

  @Test
  void aMissingMismatchedOrWrongSidecarEndsTheSessionAndItIsFetchedElsewhere() {
    BlobSidecar sidecar = TWO.sidecar().orElseThrow();
    List<Bytes> swapped = new ArrayList<>(sidecar.proofs());
    swapped.set(0, sidecar.proofs().get(1));
    List<PooledTransaction> wrong =
        List.of(
            PooledTransaction.of(TWO.transaction()),
            new PooledTransaction(TWO.transaction(), ONE.sidecar()),
            withoutBlobs(TWO),
            new PooledTransaction(
                TWO.transaction(),
                Optional.of(
                    new BlobSidecar(
                        sidecar.form(), sidecar.blobs(), sidecar.commitments(), swapped))));
    for (PooledTransaction bad : wrong) {
      EthNode fresh = new EthNode(network, new FakeChain());
      PlayedPeer liar = meets(fresh, EthVersion.ETH_71);
      liar.says(announcement(EthVersion.ETH_71, TWO));
      PlayedPeer honest = meets(fresh, EthVersion.ETH_70);
      honest.says(announcement(EthVersion.ETH_70, TWO));
      assertThat(honest.heard()).isEmpty();
      deliver(liar, bad);
      assertThat(liar.disconnectedWith()).contains(DisconnectReason.PROTOCOL_BREACH);
      deliver(honest, TWO);
      assertThat(fresh.chain().pool().pooled(TWO.hash())).contains(TWO);
      assertThat(honest.disconnectedWith()).isEmpty();
      assertThat(fresh.shown("kadlink.eth.transactions.blobs.fetching")).isZero();
    }
  }

  @Test
  void blobsInAnAnswerOfEth72EndTheSession() {
    PlayedPeer peer = meets(EthVersion.ETH_72).says(announcement(EthVersion.ETH_72, ONE));
    deliver(peer, ONE);
    assertThat(peer.disconnectedWith()).contains(DisconnectReason.PROTOCOL_BREACH);
  }

  @Test
  void inEth72HalfOfTheCellsAreAskedForAndMakeItWhole() {
    PlayedPeer peer = meets(EthVersion.ETH_72).says(announcement(EthVersion.ETH_72, TWO));
    deliver(peer, withoutBlobs(TWO));
    GetCells request = peer.heardOne(GetCells.class);
    assertThat(request.hashes()).containsExactly(TWO.hash());
    assertThat(request.cells()).isEqualTo(FIRST_HALF);
    answer(peer, request, request.cells(), cells(TWO, request.cells()));
    assertThat(node.chain().pool().pooled(TWO.hash())).contains(TWO);
  }

  @Test
  void cellsListedByBlobAreTakenToo() {
    PlayedPeer peer = meets(EthVersion.ETH_72).says(announcement(EthVersion.ETH_72, TWO));
    deliver(peer, withoutBlobs(TWO));
    GetCells request = peer.heardOne(GetCells.class);
    answer(peer, request, request.cells(), byBlob(cells(TWO, request.cells()), 2));
    assertThat(node.chain().pool().pooled(TWO.hash())).contains(TWO);
    assertThat(peer.disconnectedWith()).isEmpty();
  }

  @Test
  void cellsAreAskedOfAllWhoHaveThem() {
    List<PlayedPeer> peers = Stream.generate(() -> meets(EthVersion.ETH_72)).limit(4).toList();
    peers.forEach(peer -> peer.says(announcement(EthVersion.ETH_72, TWO)));
    deliver(peers.getFirst(), withoutBlobs(TWO));
    for (PlayedPeer peer : peers) {
      GetCells request = peer.heardOne(GetCells.class);
      assertThat(request.cells().count()).isEqualTo(16);
      answer(peer, request, request.cells(), cells(TWO, request.cells()));
    }
    assertThat(node.chain().pool().pooled(TWO.hash())).contains(TWO);
  }

  @Test
  void peersWithOnlySomeCellsAreAskedForThose() {
    PlayedPeer provider = meets(EthVersion.ETH_72);
    provider.says(announcement(TWO, CellMask.of(IntStream.range(40, 100).toArray())));
    deliver(provider, withoutBlobs(TWO));
    GetCells first = provider.heardOne(GetCells.class);
    assertThat(first.cells().count()).isEqualTo(60);
    PlayedPeer sampler = meets(EthVersion.ETH_72);
    sampler.says(announcement(TWO, CellMask.of(0, 1, 2, 3, 99)));
    GetCells second = sampler.heardOne(GetCells.class);
    assertThat(second.cells()).isEqualTo(CellMask.of(0, 1, 2, 3));
    answer(provider, first, first.cells(), cells(TWO, first.cells()));
    answer(sampler, second, second.cells(), cells(TWO, second.cells()));
    assertThat(node.chain().pool().pooled(TWO.hash())).contains(TWO);
  }

  @Test
  void whatOnePeerDoesNotGiveIsAskedOfAnother() {
    PlayedPeer miser = meets(EthVersion.ETH_72).says(announcement(EthVersion.ETH_72, ONE));
    deliver(miser, withoutBlobs(ONE));
    GetCells first = miser.heardOne(GetCells.class);
    CellMask few = CellMask.of(0, 5);
    PlayedPeer other = meets(EthVersion.ETH_72).says(announcement(EthVersion.ETH_72, ONE));
    answer(miser, first, few, cells(ONE, few));
    GetCells second = other.heardOne(GetCells.class);
    assertThat(second.cells().count()).isEqualTo(62);
    other.says(new Cells(second.requestId(), List.of(), CellMask.NONE));
    network.loop().runDue();
    assertThat(other.reports()).contains(Behaviour.MINOR_FAULT);
    assertThat(node.shown("kadlink.eth.transactions.blobs.fetching")).isZero();
    assertThat(node.chain().pool().size()).isZero();
    PlayedPeer third = meets(EthVersion.ETH_71).says(announcement(EthVersion.ETH_71, ONE));
    deliver(third, ONE);
    assertThat(node.chain().pool().pooled(ONE.hash())).contains(ONE);
  }

  @Test
  void wrongCellsEndTheSessionAndAreFetchedElsewhere() {
    PlayedPeer liar = meets(EthVersion.ETH_72).says(announcement(EthVersion.ETH_72, TWO));
    deliver(liar, withoutBlobs(TWO));
    GetCells request = liar.heardOne(GetCells.class);
    PlayedPeer honest = meets(EthVersion.ETH_72).says(announcement(EthVersion.ETH_72, TWO));
    answer(liar, request, request.cells(), wrong(cells(TWO, request.cells())));
    assertThat(liar.disconnectedWith()).contains(DisconnectReason.PROTOCOL_BREACH);
    deliver(honest, withoutBlobs(TWO));
    GetCells again = honest.heardOne(GetCells.class);
    answer(honest, again, again.cells(), cells(TWO, again.cells()));
    assertThat(node.chain().pool().pooled(TWO.hash())).contains(TWO);
  }

  @Test
  void whoseCellsFitNeitherTheBodyNorItsOwnIsTheLiar() {
    PlayedPeer honest = meets(EthVersion.ETH_72).says(announcement(EthVersion.ETH_72, TWO));
    PlayedPeer liar = meets(EthVersion.ETH_72).says(announcement(EthVersion.ETH_72, TWO));
    deliver(honest, withoutBlobs(TWO));
    GetCells ofLiar = liar.heardOne(GetCells.class);
    answer(liar, ofLiar, ofLiar.cells(), wrong(cells(TWO, ofLiar.cells())));
    assertThat(liar.disconnectedWith()).isEmpty();
    deliver(liar, withoutBlobs(TWO));
    assertThat(liar.disconnectedWith()).contains(DisconnectReason.PROTOCOL_BREACH);
    GetCells first = honest.heardOne(GetCells.class);
    answer(honest, first, first.cells(), cells(TWO, first.cells()));
    GetCells rest = honest.heardOne(GetCells.class);
    answer(honest, rest, rest.cells(), cells(TWO, rest.cells()));
    assertThat(node.chain().pool().pooled(TWO.hash())).contains(TWO);
    assertThat(honest.disconnectedWith()).isEmpty();
  }

  @Test
  void whoSendsWrongProofsIsTheLiarNotWhoSendsTrueCells() {
    BlobSidecar sidecar = TWO.sidecar().orElseThrow();
    List<Bytes> proofs = new ArrayList<>(sidecar.proofs());
    Collections.rotate(proofs, 1);
    PooledTransaction bad =
        new PooledTransaction(
            TWO.transaction(),
            Optional.of(new BlobSidecar(sidecar.form(), List.of(), sidecar.commitments(), proofs)));
    PlayedPeer liar = meets(EthVersion.ETH_72).says(announcement(EthVersion.ETH_72, TWO));
    PlayedPeer honest = meets(EthVersion.ETH_72).says(announcement(EthVersion.ETH_72, TWO));
    deliver(liar, bad);
    GetCells ofHonest = honest.heardOne(GetCells.class);
    answer(honest, ofHonest, ofHonest.cells(), cells(TWO, ofHonest.cells()));
    deliver(honest, withoutBlobs(TWO));
    assertThat(liar.disconnectedWith()).contains(DisconnectReason.PROTOCOL_BREACH);
    liar.leaves();
    GetCells rest = honest.heardOne(GetCells.class);
    answer(honest, rest, rest.cells(), cells(TWO, rest.cells()));
    assertThat(node.chain().pool().pooled(TWO.hash())).contains(TWO);
    assertThat(honest.disconnectedWith()).isEmpty();
  }

  @Test
  void silenceAboutCellsCostsTimeOnly() {
    PlayedPeer silent = meets(EthVersion.ETH_72).says(announcement(EthVersion.ETH_72, ONE));
    deliver(silent, withoutBlobs(ONE));
    assertThat(silent.heard(GetCells.class)).hasSize(1);
    PlayedPeer honest = meets(EthVersion.ETH_72).says(announcement(EthVersion.ETH_72, ONE));
    network.loop().advance(Duration.ofSeconds(8));
    GetCells request = honest.heardOne(GetCells.class);
    answer(honest, request, request.cells(), cells(ONE, request.cells()));
    assertThat(node.chain().pool().pooled(ONE.hash())).contains(ONE);
    assertThat(silent.reports()).contains(Behaviour.NO_ANSWER);
  }

  @Test
  void onlySoManyAreFetchedAtATimeAndOnePeerTakesFewOfThem() {
    List<PlayedPeer> silent = new ArrayList<>();
    int asked = 0;
    for (int i = 0; i < 10; i++) {
      PlayedPeer peer = meets(EthVersion.ETH_72);
      int from = 100 * i;
      peer.says(
          new NewPooledTransactionHashes(
              IntStream.range(from, from + 10)
                  .mapToObj(n -> new TransactionAnnouncement(3, 7000, EthSamples.hash(n)))
                  .toList(),
              CellMask.ALL));
      int hashes =
          peer.heard(GetPooledTransactions.class).stream().mapToInt(r -> r.hashes().size()).sum();
      assertThat(hashes).isLessThanOrEqualTo(BlobSlots.MAX_OF_PEER);
      asked += hashes;
      silent.add(peer);
    }
    assertThat(asked).isEqualTo(BlobSlots.MAX);
    PlayedPeer honest = meets(EthVersion.ETH_71).says(announcement(EthVersion.ETH_71, ONE));
    assertThat(honest.heard()).isEmpty();
    silent.getFirst().leaves();
    network.loop().runDue();
    silent.forEach(PlayedPeer::leaves);
    network.loop().runDue();
    deliver(honest, ONE);
    assertThat(node.chain().pool().pooled(ONE.hash())).contains(ONE);
    assertThat(node.shown("kadlink.eth.transactions.blobs.fetching")).isZero();
  }

  private PlayedPeer meets(EthVersion version) {
    return meets(node, version);
  }

  private static PlayedPeer meets(EthNode node, EthVersion version) {
    PlayedPeer peer = node.meets(version).greets();
    peer.heard();
    return peer;
  }

  private void deliver(PlayedPeer peer, PooledTransaction... transactions) {
    GetPooledTransactions request = peer.heardOne(GetPooledTransactions.class);
    peer.says(new PooledTransactions(request.requestId(), List.of(transactions)));
    network.loop().runDue();
  }

  private void answer(PlayedPeer peer, GetCells request, CellMask mask, List<Bytes> cells) {
    peer.says(
        new Cells(
            request.requestId(),
            List.of(new TransactionCells(request.hashes().getFirst(), cells)),
            mask));
    network.loop().runDue();
  }

  private static List<Bytes> cells(PooledTransaction whole, CellMask mask) {
    return KZG.cells(whole.sidecar().orElseThrow().blobs(), mask);
  }

  private static List<Bytes> byBlob(List<Bytes> byIndex, int blobs) {
    List<Bytes> sorted = new ArrayList<>();
    for (int blob = 0; blob < blobs; blob++) {
      for (int i = blob; i < byIndex.size(); i += blobs) {
        sorted.add(byIndex.get(i));
      }
    }
    return sorted;
  }

  private static List<Bytes> wrong(List<Bytes> cells) {
    List<Bytes> changed = new ArrayList<>(cells);
    changed.set(0, cells.get(cells.size() - 1));
    changed.set(cells.size() - 1, cells.get(0));
    return changed;
  }

  private static PooledTransaction withoutBlobs(PooledTransaction whole) {
    return new PooledTransaction(
        whole.transaction(), whole.sidecar().map(BlobSidecar::withoutBlobs));
  }

  private static NewPooledTransactionHashes announcement(PooledTransaction whole, CellMask mask) {
    return new NewPooledTransactionHashes(
        List.of(
            new TransactionAnnouncement(
                3, PooledTransactionCodec.encode(withoutBlobs(whole)).size(), whole.hash())),
        mask);
  }

  private static NewPooledTransactionHashes announcement(
      EthVersion version, PooledTransaction whole) {
    return version.has(EthVersion.ETH_72)
        ? announcement(whole, CellMask.ALL)
        : new NewPooledTransactionHashes(
            List.of(
                new TransactionAnnouncement(
                    3, PooledTransactionCodec.encode(whole).size(), whole.hash())));
  }
}
