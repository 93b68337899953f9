package io.kadlink.protocols.eth.gossip;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.protocols.eth.EthNode;
import io.kadlink.protocols.eth.FakeChain;
import io.kadlink.protocols.eth.PlayedPeer;
import io.kadlink.protocols.eth.chain.PooledTransaction;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.wire.EthMessage.GetPooledTransactions;
import io.kadlink.protocols.eth.wire.EthMessage.NewPooledTransactionHashes;
import io.kadlink.protocols.eth.wire.EthMessage.PooledTransactions;
import io.kadlink.protocols.eth.wire.EthMessage.TransactionAnnouncement;
import io.kadlink.protocols.eth.wire.EthMessage.Transactions;
import io.kadlink.protocols.eth.wire.EthSamples;
import io.kadlink.protocols.eth.wire.EthVersion;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.server.reputation.Behaviour;
import io.kadlink.server.testing.MemoryNetwork;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Announcements of what is never given, or is not what was said. */
class AnnouncementFloodTest {
  private static final Transaction TRANSFER = EthSamples.transfer(1);
  private static final String ANNOUNCED = "kadlink.eth.transactions.announced";
  private static final String WANTED = "kadlink.eth.transactions.wanted";

  private final MemoryNetwork network = new MemoryNetwork(1);
  private final EthNode node = new EthNode(network, new FakeChain());
  private long nextHash;

  @Test
  void whatIsRememberedIsBoundedAndAnHonestPeerIsHeardAmongFlooders() {
    for (int i = 0; i < 20; i++) {
      PlayedPeer flooder = meets("8.8.%d.8".formatted(i));
      flooder.says(announcements(5000));
    }
    assertThat(node.shown(ANNOUNCED)).isEqualTo(WantedTransactions.MAX_CLAIMS);
    PlayedPeer honest = meets("9.9.9.9");
    honest.says(announcement(TRANSFER));
    assertThat(node.shown(ANNOUNCED)).isEqualTo(WantedTransactions.MAX_CLAIMS);
    network.loop().advance(TransactionFetcher.PATIENCE);
    GetPooledTransactions request = honest.heardOne(GetPooledTransactions.class);
    honest.says(
        new PooledTransactions(request.requestId(), List.of(PooledTransaction.of(TRANSFER))));
    network.loop().runDue();
    assertThat(node.chain().pool().contains(TRANSFER.hash())).isTrue();
  }

  @Test
  void allThatWasAnnouncedIsForgottenWithThePeers() {
    List<PlayedPeer> flooders =
        IntStream.range(0, 3).mapToObj(i -> meets("8.8.%d.8".formatted(i))).toList();
    flooders.forEach(flooder -> flooder.says(announcements(100)));
    nextHash = 0;
    PlayedPeer another = meets("8.8.8.9").says(announcements(200));
    assertThat(node.shown(WANTED)).isEqualTo(300);
    assertThat(node.shown(ANNOUNCED)).isEqualTo(500);
    flooders.forEach(PlayedPeer::leaves);
    assertThat(node.shown(WANTED)).isEqualTo(200);
    another.leaves();
    assertThat(node.shown(WANTED)).isZero();
    assertThat(node.shown(ANNOUNCED)).isZero();
  }

  @Test
  void onePeerIsRememberedWith4096() {
    meets("8.8.8.8").says(announcements(WantedTransactions.MAX_OF_PEER));
    assertThat(tooMany()).isZero();
    assertThat(node.shown(WANTED)).isEqualTo(4096);
    meets("8.8.9.8").says(announcements(WantedTransactions.MAX_OF_PEER + 1));
    assertThat(tooMany()).isEqualTo(1);
  }

  @Test
  void allPeersOfOneNetworkAreRememberedWithTwiceThat() {
    for (int i = 1; i <= 3; i++) {
      meets("8.8.8." + i).says(announcements(4000));
    }
    assertThat(node.shown(WANTED)).isEqualTo(WantedTransactions.MAX_OF_NETWORK);
    assertThat(tooMany()).isEqualTo(12_000 - WantedTransactions.MAX_OF_NETWORK);
  }

  @Test
  void onlyFourOfOneNetworkAreRememberedForATransactionAndThirtyTwoInAll() {
    for (int i = 1; i <= 5; i++) {
      meets("8.8.8." + i).says(announcement(TRANSFER));
    }
    assertThat(node.shown(ANNOUNCED)).isEqualTo(4);
    for (int i = 0; i < 40; i++) {
      meets("9.9.%d.1".formatted(i)).says(announcement(TRANSFER));
    }
    assertThat(node.shown(ANNOUNCED)).isEqualTo(WantedTransactions.MAX_ANNOUNCERS);
  }

  @Test
  void privateNetworksAreNotLimited() {
    for (int i = 1; i <= 10; i++) {
      meets("192.168.1." + i).says(announcement(TRANSFER));
    }
    assertThat(node.shown(ANNOUNCED)).isEqualTo(10);
  }

  @Test
  void whoGivesNoneOfAThousandAnnouncedIsOfNoUse() {
    PlayedPeer flooder = meets("8.8.8.8").says(announcements(4096));
    network.loop().advance(TransactionFetcher.PATIENCE);
    int asked = 0;
    while (flooder.disconnectedWith().isEmpty()) {
      GetPooledTransactions request = flooder.heardOne(GetPooledTransactions.class);
      asked += request.hashes().size();
      flooder.says(new PooledTransactions(request.requestId(), List.of()));
    }
    assertThat(flooder.disconnectedWith()).contains(DisconnectReason.USELESS_PEER);
    assertThat(asked).isEqualTo(TransactionFetcher.MAX_BROKEN_PROMISES);
    assertThat(flooder.reports()).contains(Behaviour.MINOR_FAULT);
    flooder.leaves();
    assertThat(node.shown(ANNOUNCED)).isZero();
  }

  @Test
  void whoNeverAnswersIsOfNoUseAndOthersAreAskedMeanwhile() {
    PlayedPeer silent = meets("8.8.8.8").says(announcement(TRANSFER)).says(announcements(1000));
    network.loop().advance(TransactionFetcher.PATIENCE);
    assertThat(silent.heard(GetPooledTransactions.class)).hasSize(1);
    PlayedPeer honest = meets("9.9.9.9").says(announcement(TRANSFER));
    network.loop().advance(Duration.ofSeconds(8));
    assertThat(honest.heardOne(GetPooledTransactions.class).hashes())
        .containsExactly(TRANSFER.hash());
    network.loop().advance(Duration.ofSeconds(16));
    assertThat(silent.reports()).contains(Behaviour.NO_ANSWER);
    assertThat(silent.disconnectedWith()).contains(DisconnectReason.USELESS_PEER);
  }

  @Test
  void whoTricklesIsAskedForFew() {
    Transaction[] txs =
        IntStream.range(0, 300).mapToObj(EthSamples::transfer).toArray(Transaction[]::new);
    PlayedPeer trickler = meets("8.8.8.8").says(announcement(txs));
    network.loop().advance(TransactionFetcher.PATIENCE);
    GetPooledTransactions first = trickler.heardOne(GetPooledTransactions.class);
    assertThat(first.hashes()).hasSize(256);
    trickler.says(new PooledTransactions(first.requestId(), List.of(PooledTransaction.of(txs[0]))));
    network.loop().runDue();
    GetPooledTransactions second = trickler.heardOne(GetPooledTransactions.class);
    assertThat(second.hashes()).hasSize(TransactionFetcher.MIN_REQUEST);
    PlayedPeer honest = meets("9.9.9.9").says(announcement(txs));
    assertThat(honest.heardOne(GetPooledTransactions.class).hashes()).hasSize(256);
    trickler.says(
        new PooledTransactions(
            second.requestId(),
            IntStream.rangeClosed(1, 4).mapToObj(i -> PooledTransaction.of(txs[i])).toList()));
    network.loop().runDue();
    assertThat(trickler.heardOne(GetPooledTransactions.class).hashes()).hasSize(8);
  }

  @Test
  void announcingOneTransactionInTwoSizesEndsTheSession() {
    PlayedPeer liar = meets("8.8.8.8").says(announcement(TRANSFER));
    liar.says(
        new NewPooledTransactionHashes(
            List.of(new TransactionAnnouncement(2, 999, TRANSFER.hash()))));
    assertThat(liar.disconnectedWith()).contains(DisconnectReason.PROTOCOL_BREACH);
  }

  @Test
  void whoAnnouncedAnotherSizeIsFoundOutByWhoeverBringsTheTransaction() {
    PlayedPeer liar = meets("8.8.8.8");
    liar.says(
        new NewPooledTransactionHashes(
            List.of(
                new TransactionAnnouncement(
                    2, TRANSFER.encoded().size() + Claim.SIZE_TOLERANCE + 1, TRANSFER.hash()))));
    PlayedPeer roughly = meets("8.8.9.8");
    roughly.says(
        new NewPooledTransactionHashes(
            List.of(
                new TransactionAnnouncement(
                    2, TRANSFER.encoded().size() + Claim.SIZE_TOLERANCE, TRANSFER.hash()))));
    PlayedPeer honest = meets("9.9.9.9");
    honest.says(new Transactions(List.of(TRANSFER)));
    network.loop().runDue();
    assertThat(liar.disconnectedWith()).contains(DisconnectReason.PROTOCOL_BREACH);
    assertThat(roughly.disconnectedWith()).isEmpty();
    assertThat(honest.disconnectedWith()).isEmpty();
    assertThat(node.chain().pool().contains(TRANSFER.hash())).isTrue();
  }

  @Test
  void aTransactionTooLargeForAnyMessageIsNotAskedFor() {
    PlayedPeer peer = meets("8.8.8.8");
    peer.says(
        new NewPooledTransactionHashes(
            List.of(new TransactionAnnouncement(2, (10 << 20) + 1, TRANSFER.hash()))));
    network.loop().advance(Duration.ofSeconds(1));
    assertThat(peer.heard()).isEmpty();
    assertThat(node.counted("kadlink.eth.messages.ignored", "reason", "size")).isEqualTo(1);
  }

  @Test
  void announcedBytesAskedOfAllPeersAreBounded() {
    int asked = 0;
    for (int i = 0; i < 100; i++) {
      PlayedPeer peer = meets("8.8.%d.8".formatted(i));
      peer.says(
          new NewPooledTransactionHashes(
              List.of(new TransactionAnnouncement(2, 1 << 20, EthSamples.hash(++nextHash)))));
      network.loop().advance(TransactionFetcher.PATIENCE);
      asked += peer.heard(GetPooledTransactions.class).size();
    }
    assertThat(asked).isEqualTo(16);
  }

  private PlayedPeer meets(String address) {
    PlayedPeer peer = node.meets(EthVersion.ETH_69, address).greets();
    peer.heard();
    return peer;
  }

  private double tooMany() {
    return node.counted("kadlink.eth.messages.ignored", "reason", "too_many");
  }

  /** Of what does not exist. */
  private NewPooledTransactionHashes announcements(int count) {
    return new NewPooledTransactionHashes(
        IntStream.range(0, count)
            .mapToObj(i -> new TransactionAnnouncement(2, 100, EthSamples.hash(++nextHash)))
            .toList());
  }

  private static NewPooledTransactionHashes announcement(Transaction... transactions) {
    return new NewPooledTransactionHashes(
        IntStream.range(0, transactions.length)
            .mapToObj(i -> transactions[i])
            .map(tx -> new TransactionAnnouncement(tx.type(), tx.encoded().size(), tx.hash()))
            .toList());
  }
}
