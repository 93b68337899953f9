package io.kadlink.protocols.eth.gossip;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.protocols.eth.EthNode;
import io.kadlink.protocols.eth.FakeChain;
import io.kadlink.protocols.eth.PlayedPeer;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.wire.EthMessage.Transactions;
import io.kadlink.protocols.eth.wire.EthSamples;
import io.kadlink.protocols.eth.wire.EthVersion;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.server.reputation.Behaviour;
import io.kadlink.server.testing.MemoryNetwork;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.Test;

/** Transactions nobody can use, in numbers. */
class TransactionFloodTest {
  private static final String WAITING = "kadlink.eth.transactions.waiting";

  /** From here on the pool refuses, and the peer is not at fault. */
  private static final int GAP = 500_000;

  private static final List<Transaction> REFUSED =
      IntStream.range(GAP, GAP + 1000).mapToObj(EthSamples::transfer).toList();

  private final MemoryNetwork network = new MemoryNetwork(1);
  private final EthNode node = new EthNode(network, new FakeChain());

  @Test
  void aPeerWhoseTransactionsAreRefusedRestsAndOthersGoOn() {
    PlayedPeer flooder = meets();
    flooder.says(new Transactions(REFUSED));
    PlayedPeer honest = meets();
    List<Transaction> good = IntStream.range(0, 200).mapToObj(EthSamples::transfer).toList();
    honest.says(new Transactions(good));
    network.loop().runDue();
    assertThat(node.chain().pool().size()).isEqualTo(200);
    assertThat(refused()).isEqualTo(TransactionIntake.CONDUCT_SAMPLE);
    network.loop().advance(Duration.ofSeconds(1));
    assertThat(refused()).isEqualTo(6 * TransactionIntake.CONDUCT_SAMPLE);
    assertThat(flooder.reports()).containsOnly(Behaviour.MINOR_FAULT).hasSize(6);
    assertThat(honest.reports()).containsOnly(Behaviour.USEFUL_NEWS);
    assertThat(flooder.disconnectedWith()).isEmpty();
    network.loop().advance(Duration.ofSeconds(10));
    assertThat(refused()).isEqualTo(REFUSED.size());
    assertThat(node.shown(WAITING)).isZero();
  }

  @Test
  void aPeerThatSendsOnWhileItRestsIsOfNoUse() {
    PlayedPeer flooder = meets();
    for (int i = 0; i < 10; i++) {
      flooder.says(new Transactions(REFUSED));
      network.loop().runDue();
    }
    assertThat(flooder.disconnectedWith()).isEmpty();
    flooder.says(new Transactions(REFUSED));
    assertThat(flooder.disconnectedWith()).contains(DisconnectReason.USELESS_PEER);
    assertThat(node.shown(WAITING)).isZero();
  }

  @Test
  void whatWaitsIsBoundedInBytesForOnePeerAndForAll() {
    Transaction huge = EthSamples.transferWithData(GAP, Bytes.wrap(new byte[1 << 20]));
    for (int i = 0; i < 6; i++) {
      PlayedPeer flooder = meets();
      for (int part = 0; part < 12; part++) {
        flooder.says(new Transactions(List.of(huge)));
      }
      assertThat(node.shown("kadlink.eth.transactions.waiting.bytes"))
          .isLessThanOrEqualTo((i + 1) * (WaitingTransactions.MAX_BYTES_OF_PEER + (1 << 20) + 200));
    }
    assertThat(node.shown("kadlink.eth.transactions.waiting.bytes"))
        .isBetween(
            (double) WaitingTransactions.MAX_BYTES,
            (double) WaitingTransactions.MAX_BYTES + (1 << 20) + 200);
    PlayedPeer honest = meets();
    honest.says(new Transactions(List.of(EthSamples.transfer(1))));
    network.loop().runDue();
    assertThat(node.chain().pool().contains(EthSamples.transfer(1).hash())).isTrue();
  }

  @Test
  void whenAllIsFullTheFullestGivesWay() {
    for (int i = 0; i < 3; i++) {
      PlayedPeer flooder = meets();
      for (int part = 0; part < 10; part++) {
        flooder.says(new Transactions(REFUSED));
      }
    }
    assertThat(node.shown(WAITING)).isEqualTo(WaitingTransactions.MAX);
    PlayedPeer honest = meets();
    honest.says(new Transactions(List.of(EthSamples.transfer(1))));
    assertThat(node.shown(WAITING)).isEqualTo(WaitingTransactions.MAX);
    network.loop().runDue();
    assertThat(node.chain().pool().contains(EthSamples.transfer(1).hash())).isTrue();
  }

  @Test
  void whoSendsTheSameOverAndOverLosesItsReputation() {
    PlayedPeer peer = meets();
    Transaction good = EthSamples.transfer(1);
    peer.says(new Transactions(List.of(good)));
    network.loop().runDue();
    for (int i = 0; i < 10; i++) {
      peer.says(new Transactions(Collections.nCopies(64, good)));
      network.loop().runDue();
    }
    assertThat(node.chain().pool().offered()).containsExactly(good.hash());
    assertThat(peer.reports()).containsOnly(Behaviour.MINOR_FAULT).hasSize(10);
  }

  @Test
  void whatABannedPeerSentIsNotJudgedAnyMore() {
    PlayedPeer liar = meets();
    liar.says(
        new Transactions(
            IntStream.range(1_000_000, 1_000_100).mapToObj(EthSamples::transfer).toList()));
    network.loop().runDue();
    assertThat(liar.disconnectedWith()).contains(DisconnectReason.PROTOCOL_BREACH);
    assertThat(node.chain().pool().offered()).hasSize(1);
    assertThat(node.shown(WAITING)).isZero();
  }

  @Test
  void whatHonestPeersSentBeforeTheyLeftIsJudged() {
    PlayedPeer honest = meets();
    honest.says(new Transactions(List.of(EthSamples.transfer(1)))).leaves();
    network.loop().runDue();
    assertThat(node.chain().pool().size()).isEqualTo(1);
  }

  private double refused() {
    return node.counted("kadlink.eth.transactions.received", "verdict", "refused");
  }

  private PlayedPeer meets() {
    PlayedPeer peer = node.meets(EthVersion.ETH_69).greets();
    peer.heard();
    return peer;
  }
}
