package io.kadlink.protocols.eth.gossip;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.protocols.eth.EthNode;
import io.kadlink.protocols.eth.FakeChain;
import io.kadlink.protocols.eth.PlayedPeer;
import io.kadlink.protocols.eth.chain.CellMask;
import io.kadlink.protocols.eth.chain.PooledTransaction;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.wire.EthMessage;
import io.kadlink.protocols.eth.wire.EthMessage.Cells;
import io.kadlink.protocols.eth.wire.EthMessage.GetCells;
import io.kadlink.protocols.eth.wire.EthMessage.GetPooledTransactions;
import io.kadlink.protocols.eth.wire.EthMessage.NewPooledTransactionHashes;
import io.kadlink.protocols.eth.wire.EthMessage.PooledTransactions;
import io.kadlink.protocols.eth.wire.EthMessage.TransactionAnnouncement;
import io.kadlink.protocols.eth.wire.EthMessage.Transactions;
import io.kadlink.protocols.eth.wire.EthSamples;
import io.kadlink.protocols.eth.wire.EthVersion;
import io.kadlink.server.testing.MemoryNetwork;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.tuweni.bytes.Bytes32;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Peers that announce, send, answer, keep silent, lie, leave and come as a seed says. Whatever they
 * did, nothing of it is held when it is over, and what an honest peer has is in the pool.
 */
class GossipLeavesNothingTest {
  private static final List<String> GAUGES =
      List.of("waiting", "waiting.bytes", "wanted", "announced", "blobs.fetching");

  /** The last of them are refused. */
  private static final List<Transaction> TRANSACTIONS =
      IntStream.range(0, 200)
          .mapToObj(i -> EthSamples.transfer(i < 150 ? i : 500_000 + i))
          .toList();

  private final Map<Bytes32, Transaction> byHash = new HashMap<>();

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void whateverPeersDo(long seed) {
    Random random = new Random(seed);
    MemoryNetwork network = new MemoryNetwork(seed);
    EthNode node = new EthNode(network, new FakeChain());
    TRANSACTIONS.forEach(transaction -> byHash.put(transaction.hash(), transaction));
    List<PlayedPeer> peers = new ArrayList<>();
    for (int step = 0; step < 3000; step++) {
      if (peers.size() < 12) {
        EthVersion version = EthVersion.values()[random.nextInt(EthVersion.values().length)];
        peers.add(
            node.meets(version, "8.8.%d.%d".formatted(peers.size() % 3, step % 250)).greets());
      }
      PlayedPeer peer = peers.get(random.nextInt(peers.size()));
      act(peer, random);
      if (peer.disconnectedWith().isPresent() || random.nextInt(200) == 0) {
        if (peer.violation().isEmpty()) {
          peer.leaves();
        }
        peers.remove(peer);
      }
      network.loop().advance(Duration.ofMillis(random.nextInt(50)));
    }
    peers.forEach(PlayedPeer::leaves);
    PlayedPeer honest = node.meets(EthVersion.ETH_70).greets();
    honest.heard();
    network.loop().advance(Duration.ofMinutes(1));
    honest.says(
        new NewPooledTransactionHashes(
            TRANSACTIONS.stream().map(GossipLeavesNothingTest::announcement).toList()));
    for (int i = 0; i < 10; i++) {
      network.loop().advance(Duration.ofSeconds(1));
      honest.heard(GetPooledTransactions.class).forEach(request -> answer(honest, request));
    }
    assertThat(IntStream.range(0, 150).mapToObj(TRANSACTIONS::get))
        .allMatch(transaction -> node.chain().pool().contains(transaction.hash()));
    network.loop().advance(Duration.ofMinutes(2));
    honest.leaves();
    for (String gauge : GAUGES) {
      assertThat(node.shown("kadlink.eth.transactions." + gauge)).as(gauge).isZero();
    }
  }

  private void act(PlayedPeer peer, Random random) {
    List<Transaction> some = new ArrayList<>();
    for (int i = random.nextInt(20); i >= 0; i--) {
      some.add(TRANSACTIONS.get(random.nextInt(TRANSACTIONS.size())));
    }
    switch (random.nextInt(10)) {
      case 0, 1 -> peer.says(new Transactions(some));
      case 2, 3, 4 ->
          peer.says(
              new NewPooledTransactionHashes(
                  some.stream().map(GossipLeavesNothingTest::announcement).toList()));
      case 5 ->
          peer.says(
              new NewPooledTransactionHashes(
                  IntStream.range(0, 50)
                      .mapToObj(
                          i ->
                              new TransactionAnnouncement(
                                  2 + random.nextInt(2),
                                  200_000,
                                  EthSamples.hash(random.nextInt(5000))))
                      .toList()));
      case 6 -> {
        if (random.nextInt(30) == 0) {
          peer.says(
              new NewPooledTransactionHashes(
                  List.of(new TransactionAnnouncement(2, 9999, some.getFirst().hash()))));
        }
      }
      default -> {
        for (EthMessage message : peer.heard()) {
          if (peer.disconnectedWith().isEmpty() && random.nextInt(3) > 0) {
            answer(peer, message, random);
          }
        }
      }
    }
  }

  private void answer(PlayedPeer peer, EthMessage message, Random random) {
    if (message instanceof GetPooledTransactions request) {
      if (random.nextInt(10) == 0) {
        peer.says(new PooledTransactions(request.requestId(), List.of()));
      } else {
        answer(peer, request);
      }
    } else if (message instanceof GetCells request) {
      peer.says(new Cells(request.requestId(), List.of(), CellMask.NONE));
    }
  }

  private void answer(PlayedPeer peer, GetPooledTransactions request) {
    peer.says(
        new PooledTransactions(
            request.requestId(),
            request.hashes().stream()
                .flatMap(hash -> Optional.ofNullable(byHash.get(hash)).stream())
                .map(PooledTransaction::of)
                .toList()));
  }

  private static TransactionAnnouncement announcement(Transaction transaction) {
    return new TransactionAnnouncement(
        transaction.type(), transaction.encoded().size(), transaction.hash());
  }
}
