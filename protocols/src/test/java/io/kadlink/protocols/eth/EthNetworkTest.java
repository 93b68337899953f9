package io.kadlink.protocols.eth;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.protocols.eth.chain.Chain;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.chain.TransactionPool;
import io.kadlink.protocols.eth.chain.TransactionPool.Verdict;
import io.kadlink.protocols.eth.dev.BlockProducer;
import io.kadlink.protocols.eth.dev.DevAccounts;
import io.kadlink.protocols.eth.dev.DevChain;
import io.kadlink.protocols.eth.dev.DevChainOptions;
import io.kadlink.protocols.eth.dev.Wallet;
import io.kadlink.protocols.eth.wire.EthVersion;
import io.kadlink.server.Peer;
import io.kadlink.server.Protocol;
import io.kadlink.server.Server;
import io.kadlink.server.testing.Await;
import io.kadlink.server.testing.TestNetwork;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.units.bigints.UInt256;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Real servers on loopback with the real dev chain. */
class EthNetworkTest {
  /** Blocks are made faster than one a second, so they begin in the past. */
  private static final InstantSource YESTERDAY = () -> Instant.now().minus(Duration.ofDays(1));

  private static final UInt256 ETHER = UInt256.valueOf(10).pow(UInt256.valueOf(18));

  private final TestNetwork network = new TestNetwork();
  private final List<DevChain> chains = new ArrayList<>();

  @AfterEach
  void close() {
    network.close();
    chains.forEach(DevChain::close);
  }

  private final class Node {
    private final DevChain chain;
    private final Eth eth;
    private final Server server;

    Node(DevChainOptions options, List<EthVersion> versions) throws IOException {
      chain = DevChain.open(options);
      chains.add(chain);
      eth = new Eth(chain);
      server =
          network.server(
              eth.protocols().stream()
                  .filter(one -> versions.stream().anyMatch(v -> v.number() == one.version()))
                  .toArray(Protocol[]::new));
    }

    TransactionPool pool() {
      Chain any = chain;
      return any.pool();
    }

    void produce(int blocks) {
      BlockProducer producer = new BlockProducer(chain, Bytes.wrap(new byte[20]), YESTERDAY);
      for (int i = 0; i < blocks; i++) {
        Await.value(producer.produce());
      }
    }

    void awaitHeadOf(Node other) {
      Await.until(
          "both are at block " + other.chain.head().number(),
          () -> chain.head().equals(other.chain.head()));
    }
  }

  private Node node(EthVersion... versions) throws IOException {
    return new Node(DevChainOptions.devChain(), List.of(versions));
  }

  @ParameterizedTest
  @EnumSource(names = {"ETH_68", "ETH_72"})
  void blocksAndTransactionsReachEveryNode(EthVersion version) throws IOException {
    Node producer = node(version);
    Node middle = node(version);
    Node far = node(version);
    network.connect(middle.server, producer.server);
    network.connect(far.server, middle.server);
    producer.produce(3);
    far.awaitHeadOf(producer);

    Bytes recipient = DevAccounts.address(200);
    UInt256 before = balance(producer, recipient);
    Wallet wallet = new Wallet(DevAccounts.key(3), far.chain.chainId());
    for (int i = 0; i < 5; i++) {
      Transaction transfer = wallet.transfer(far.chain, recipient, ETHER);
      assertThat(far.eth.sendTransaction(transfer)).isInstanceOf(Verdict.Accepted.class);
    }
    Await.until("the transfers are with the producer", () -> producer.pool().size() == 5);
    producer.produce(1);
    far.awaitHeadOf(producer);
    middle.awaitHeadOf(producer);
    for (Node node : List.of(producer, middle, far)) {
      assertThat(balance(node, recipient)).isEqualTo(before.add(ETHER.multiply(5)));
      Await.until("the pool has heard of the block", () -> node.pool().size() == 0);
    }
  }

  @Test
  void aLateNodeCatchesUpWithFiveHundredBlocksAndGoesOn() throws IOException {
    Node producer = node(EthVersion.values());
    Wallet wallet = new Wallet(DevAccounts.key(1), producer.chain.chainId());
    for (int i = 0; i < 10; i++) {
      producer.eth.sendTransaction(wallet.transfer(producer.chain, DevAccounts.address(2), ETHER));
      producer.produce(50);
    }
    Node second = node(EthVersion.values());
    network.connect(second.server, producer.server);
    second.awaitHeadOf(producer);
    Node late = node(EthVersion.values());
    network.connect(late.server, producer.server);
    network.connect(late.server, second.server);
    late.awaitHeadOf(producer);
    assertThat(late.chain.head().number()).isEqualTo(500);
    producer.produce(1);
    late.awaitHeadOf(producer);
    Await.until("the download is over", () -> late.eth.syncing().isEmpty());
    Await.until(
        "peers know each other's heads",
        () ->
            late.eth.peers().size() == 2
                && late.eth.peers().stream()
                    .allMatch(peer -> peer.head().orElseThrow().number() == 501));
  }

  @Test
  void aNodeOnAnotherChainIsRefusedAndTheOthersGoOn() throws IOException {
    Node producer = node(EthVersion.values());
    Node follower = node(EthVersion.values());
    network.connect(follower.server, producer.server);
    Node stranger =
        new Node(DevChainOptions.devChain().withNetworkId(4242), List.of(EthVersion.values()));
    Peer session = Await.value(stranger.server.connect(producer.server.enode()));
    Await.until(
        "the stranger is gone",
        () ->
            producer.server.peer(stranger.server.id()).isEmpty()
                && stranger.server.peer(producer.server.id()).isEmpty());
    assertThat(session.id()).isEqualTo(producer.server.id());
    assertThat(producer.eth.peers()).hasSize(1);
    producer.produce(2);
    follower.awaitHeadOf(producer);
    assertThat(stranger.chain.head().number()).isZero();
  }

  @Test
  void theRecordOfAServerNamesItsForkId() throws IOException {
    Node node = node(EthVersion.values());
    Await.until(
        "the record has an eth entry",
        () ->
            node.server
                .record()
                .entry("eth")
                .equals(
                    java.util.Optional.of(
                        ForkIdEntry.encode(node.chain.forks().at(node.chain.head())))));
  }

  private static UInt256 balance(Node node, Bytes address) {
    return node.chain.account(address).orElseThrow().balance();
  }
}
