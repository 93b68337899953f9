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
import io.kadlink.server.testing.MemoryNetwork;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TransactionGossipTest {
  private static final Transaction TRANSFER = EthSamples.transfer(1);

  private final MemoryNetwork network = new MemoryNetwork(1);
  private final EthNode node = new EthNode(network, new FakeChain());

  @Test
  void aNewTransactionGoesWholeToTheSquareRootAndByHashToTheRest() {
    List<PlayedPeer> peers = peers(9);
    node.eth().sendTransaction(TRANSFER);
    network.loop().runDue();
    int whole = 0;
    int announced = 0;
    for (PlayedPeer peer : peers) {
      var heard = peer.heard();
      if (heard.contains(new Transactions(List.of(TRANSFER)))) {
        whole++;
      }
      if (heard.contains(new NewPooledTransactionHashes(List.of(announcement(TRANSFER))))) {
        announced++;
      }
    }
    assertThat(whole).isEqualTo(3);
    assertThat(announced).isEqualTo(6);
  }

  @Test
  void aLargeTransactionIsOnlyAnnounced() {
    PlayedPeer peer = peers(1).getFirst();
    Transaction large =
        EthSamples.transferWithData(1, Bytes.wrap(new byte[TransactionGossip.MAX_BROADCAST_BYTES]));
    node.eth().sendTransaction(large);
    network.loop().runDue();
    assertThat(peer.heard())
        .containsExactly(new NewPooledTransactionHashes(List.of(announcement(large))));
  }

  @Test
  void nothingGoesBackToWhoSentOrAnnouncedIt() {
    PlayedPeer sender = peers(1).getFirst();
    PlayedPeer other = peers(1).getFirst();
    Transaction second = EthSamples.transfer(2);
    sender.says(new Transactions(List.of(TRANSFER)));
    sender.says(new NewPooledTransactionHashes(List.of(announcement(second))));
    network.loop().runDue();
    node.eth().sendTransaction(second);
    network.loop().runDue();
    assertThat(sender.heard()).isEmpty();
    assertThat(other.heard()).isNotEmpty();
  }

  @Test
  void nothingIsToldTwice() {
    PlayedPeer peer = peers(1).getFirst();
    node.eth().sendTransaction(TRANSFER);
    network.loop().runDue();
    assertThat(peer.heard()).hasSize(1);
    node.eth().sendTransaction(TRANSFER);
    network.loop().runDue();
    assertThat(peer.heard()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aNewPeerIsToldWhatThePoolHolds(EthVersion version) {
    node.eth().sendTransaction(TRANSFER);
    PlayedPeer peer = node.meets(version);
    peer.heard();
    peer.greets();
    assertThat(peer.heard())
        .containsExactly(new NewPooledTransactionHashes(List.of(announcement(TRANSFER))));
  }

  @Test
  void manyTransactionsTravelInMessagesOfBoundedSize() {
    PlayedPeer peer = peers(1).getFirst();
    List<Transaction> all =
        IntStream.range(0, 100)
            .mapToObj(i -> EthSamples.transferWithData(i, Bytes.wrap(new byte[3000])))
            .toList();
    all.forEach(node.eth()::sendTransaction);
    network.loop().runDue();
    List<Transactions> messages = peer.heard(Transactions.class);
    assertThat(messages).hasSizeGreaterThan(2);
    assertThat(messages)
        .allSatisfy(
            message ->
                assertThat(
                        message.transactions().stream().mapToInt(tx -> tx.encoded().size()).sum())
                    .isLessThan(
                        TransactionGossip.MAX_MESSAGE_BYTES
                            + TransactionGossip.MAX_BROADCAST_BYTES));
    assertThat(messages.stream().flatMap(message -> message.transactions().stream()))
        .containsExactlyElementsOf(all);
  }

  @Test
  void anAnnouncedTransactionIsFetchedFromOnePeerAfterAMoment() {
    List<PlayedPeer> peers = peers(3);
    peers.forEach(peer -> announce(peer, TRANSFER));
    network.loop().advance(TransactionFetcher.PATIENCE.minusMillis(1));
    assertThat(requests(peers)).isEmpty();
    network.loop().advance(Duration.ofMillis(1));
    List<GetPooledTransactions> requests = requests(peers);
    assertThat(requests).hasSize(1);
    assertThat(requests.getFirst().hashes()).containsExactly(TRANSFER.hash());
  }

  @Test
  void whatArrivesWholeMeanwhileIsNotFetched() {
    List<PlayedPeer> peers = peers(2);
    announce(peers.get(0), TRANSFER);
    peers.get(1).says(new Transactions(List.of(TRANSFER)));
    network.loop().advance(Duration.ofSeconds(1));
    assertThat(requests(peers)).isEmpty();
    assertThat(node.chain().pool().offered()).containsExactly(TRANSFER.hash());
  }

  @Test
  void whatWasFetchedIsOfferedToThePoolOnce() {
    PlayedPeer peer = peers(1).getFirst();
    announce(peer, TRANSFER);
    network.loop().advance(TransactionFetcher.PATIENCE);
    deliver(peer, peer.heardOne(GetPooledTransactions.class), TRANSFER);
    assertThat(node.chain().pool().contains(TRANSFER.hash())).isTrue();
    announce(peer, TRANSFER);
    network.loop().advance(Duration.ofSeconds(1));
    assertThat(peer.heard()).isEmpty();
  }

  @Test
  void whenAPeerDoesNotHaveItTheNextAnnouncerIsAsked() {
    List<PlayedPeer> peers = peers(3);
    peers.forEach(peer -> announce(peer, TRANSFER));
    network.loop().advance(TransactionFetcher.PATIENCE);
    List<PlayedPeer> asked = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      for (PlayedPeer peer : peers) {
        for (GetPooledTransactions request : peer.heard(GetPooledTransactions.class)) {
          asked.add(peer);
          deliver(peer, request);
        }
      }
    }
    assertThat(asked).containsExactlyInAnyOrderElementsOf(peers);
    network.loop().advance(Duration.ofMinutes(1));
    assertThat(requests(peers)).isEmpty();
  }

  @Test
  void whenAPeerKeepsSilentOrLeavesTheNextAnnouncerIsAsked() {
    List<PlayedPeer> peers = peers(3);
    peers.forEach(peer -> announce(peer, TRANSFER));
    network.loop().advance(TransactionFetcher.PATIENCE);
    PlayedPeer silent = whoWasAsked(peers);
    network.loop().advance(Duration.ofSeconds(8));
    PlayedPeer leaving = whoWasAsked(peers);
    assertThat(leaving).isNotSameAs(silent);
    leaving.leaves();
    PlayedPeer last = whoWasAsked(peers);
    assertThat(last).isNotSameAs(silent).isNotSameAs(leaving);
  }

  @Test
  void whatAFullAnswerLeftOutIsAskedAgain() {
    PlayedPeer peer = peers(1).getFirst();
    Transaction[] txs =
        IntStream.range(0, 4).mapToObj(EthSamples::transfer).toArray(Transaction[]::new);
    announce(peer, txs);
    network.loop().advance(TransactionFetcher.PATIENCE);
    GetPooledTransactions request = peer.heardOne(GetPooledTransactions.class);
    // 0 is missing there, 1 came, 2 and 3 did not fit.
    deliver(peer, request, txs[1]);
    assertThat(peer.heardOne(GetPooledTransactions.class).hashes())
        .containsExactly(txs[2].hash(), txs[3].hash());
  }

  @Test
  void aRequestHoldsNoMoreThan256Hashes() {
    PlayedPeer peer = peers(1).getFirst();
    announce(
        peer, IntStream.range(0, 300).mapToObj(EthSamples::transfer).toArray(Transaction[]::new));
    network.loop().advance(TransactionFetcher.PATIENCE);
    assertThat(peer.heardOne(GetPooledTransactions.class).hashes()).hasSize(256);
  }

  @Test
  void aTransactionNobodyAskedForEndsTheSession() {
    PlayedPeer peer = peers(1).getFirst();
    announce(peer, TRANSFER);
    network.loop().advance(TransactionFetcher.PATIENCE);
    deliver(peer, peer.heardOne(GetPooledTransactions.class), EthSamples.transfer(2));
    assertThat(peer.disconnectedWith()).contains(DisconnectReason.PROTOCOL_BREACH);
    assertThat(node.chain().pool().offered()).isEmpty();
  }

  @Test
  void aWrongAnnouncedTypeOrSizeEndsTheSessionAndItIsFetchedElsewhere() {
    for (TransactionAnnouncement wrong :
        List.of(
            new TransactionAnnouncement(0, TRANSFER.encoded().size(), TRANSFER.hash()),
            new TransactionAnnouncement(2, TRANSFER.encoded().size() + 9, TRANSFER.hash()))) {
      EthNode fresh = new EthNode(network, new FakeChain());
      PlayedPeer liar = fresh.meets(EthVersion.ETH_69).greets();
      liar.heard();
      liar.says(new NewPooledTransactionHashes(List.of(wrong)));
      network.loop().advance(TransactionFetcher.PATIENCE);
      PlayedPeer honest = fresh.meets(EthVersion.ETH_69).greets();
      honest.heard();
      announce(honest, TRANSFER);
      deliver(liar, liar.heardOne(GetPooledTransactions.class), TRANSFER);
      assertThat(liar.disconnectedWith()).contains(DisconnectReason.PROTOCOL_BREACH);
      assertThat(fresh.chain().pool().offered()).isEmpty();
      deliver(honest, honest.heardOne(GetPooledTransactions.class), TRANSFER);
      assertThat(fresh.chain().pool().contains(TRANSFER.hash())).isTrue();
    }
  }

  @Test
  void aTransactionNoHonestPeerCouldSendEndsTheSession() {
    PlayedPeer peer = peers(1).getFirst();
    peer.says(new Transactions(List.of(EthSamples.transfer(1_000_000))));
    network.loop().runDue();
    assertThat(peer.disconnectedWith()).contains(DisconnectReason.PROTOCOL_BREACH);
    assertThat(node.counted("kadlink.eth.transactions.received", "verdict", "refused"))
        .isEqualTo(1);
  }

  @Test
  void aTransactionThatIsOnlyInvalidHereCostsNothingAndIsNotFetchedAgain() {
    PlayedPeer peer = peers(1).getFirst();
    Transaction refused = EthSamples.transfer(500_000);
    peer.says(new Transactions(List.of(refused)));
    network.loop().runDue();
    announce(peer, refused);
    network.loop().advance(Duration.ofSeconds(1));
    assertThat(peer.disconnectedWith()).isEmpty();
    assertThat(peer.heard()).isEmpty();
  }

  @Test
  void transactionsOfUnknownTypesAreNotFetched() {
    PlayedPeer peer = peers(1).getFirst();
    peer.says(
        new NewPooledTransactionHashes(
            List.of(new TransactionAnnouncement(5, 131_072, Bytes32.repeat((byte) 7)))));
    network.loop().advance(Duration.ofSeconds(1));
    assertThat(peer.heard()).isEmpty();
    assertThat(node.counted("kadlink.eth.messages.ignored", "reason", "type")).isEqualTo(1);
  }

  @Test
  void aFloodOfAnnouncementsIsCutOff() {
    PlayedPeer peer = peers(1).getFirst();
    for (int part = 0; part < 3; part++) {
      int from = part * 4096;
      peer.says(
          new NewPooledTransactionHashes(
              IntStream.range(from, from + 4096)
                  .mapToObj(i -> new TransactionAnnouncement(2, 100, EthSamples.hash(i)))
                  .toList()));
    }
    assertThat(node.counted("kadlink.eth.messages.ignored", "reason", "too_many"))
        .isEqualTo(2 * 4096);
  }

  private List<PlayedPeer> peers(int count) {
    List<PlayedPeer> peers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      PlayedPeer peer = node.meets(EthVersion.ETH_69).greets();
      peer.heard();
      peers.add(peer);
    }
    return peers;
  }

  private static PlayedPeer whoWasAsked(List<PlayedPeer> peers) {
    List<PlayedPeer> asked =
        peers.stream().filter(peer -> !peer.heard(GetPooledTransactions.class).isEmpty()).toList();
    assertThat(asked).hasSize(1);
    return asked.getFirst();
  }

  private static List<GetPooledTransactions> requests(List<PlayedPeer> peers) {
    return peers.stream()
        .flatMap(peer -> peer.heard(GetPooledTransactions.class).stream())
        .toList();
  }

  private void deliver(PlayedPeer peer, GetPooledTransactions request, Transaction... answer) {
    peer.says(
        new PooledTransactions(
            request.requestId(), Stream.of(answer).map(PooledTransaction::of).toList()));
    network.loop().runDue();
  }

  private static void announce(PlayedPeer peer, Transaction... transactions) {
    peer.says(
        new NewPooledTransactionHashes(
            java.util.Arrays.stream(transactions)
                .map(TransactionGossipTest::announcement)
                .toList()));
  }

  private static TransactionAnnouncement announcement(Transaction transaction) {
    return new TransactionAnnouncement(
        transaction.type(), transaction.encoded().size(), transaction.hash());
  }
}
