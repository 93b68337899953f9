package io.kadlink.protocols.eth;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeKey;
import io.kadlink.protocols.eth.chain.BlobSamples;
import io.kadlink.protocols.eth.chain.Chain;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.chain.TransactionPayload;
import io.kadlink.protocols.eth.chain.TransactionPool;
import io.kadlink.protocols.eth.dev.DevAccounts;
import io.kadlink.protocols.eth.dev.DevChain;
import io.kadlink.protocols.eth.dev.DevChainOptions;
import io.kadlink.protocols.eth.dev.Wallet;
import io.kadlink.protocols.eth.wire.EthCodec;
import io.kadlink.protocols.eth.wire.EthMessage;
import io.kadlink.protocols.eth.wire.EthMessage.GetPooledTransactions;
import io.kadlink.protocols.eth.wire.EthMessage.NewPooledTransactionHashes;
import io.kadlink.protocols.eth.wire.EthMessage.PooledTransactions;
import io.kadlink.protocols.eth.wire.EthMessage.TransactionAnnouncement;
import io.kadlink.protocols.eth.wire.EthMessage.Transactions;
import io.kadlink.protocols.eth.wire.EthSamples;
import io.kadlink.protocols.eth.wire.EthVersion;
import io.kadlink.protocols.eth.wire.MessageCode;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.server.Peer;
import io.kadlink.server.Protocol;
import io.kadlink.server.Server;
import io.kadlink.server.testing.Await;
import io.kadlink.server.testing.TestNetwork;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.units.bigints.UInt256;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Attacks with transactions over real sockets: what becomes of the attacker and its standing, and
 * that an honest peer stays and its transactions arrive.
 */
class EthAttackTest {
  private static final int STRANGERS_SCORE = 75;
  private static final long CHAIN = 1337;
  private static final NodeKey POOR = NodeKey.of(Bytes32.repeat((byte) 0x55));

  private final TestNetwork network = new TestNetwork();
  private final DevChain chain = open();
  private final DevChain honestChain = open();
  private final Eth honest = new Eth(honestChain);
  private Server victim;
  private Server honestServer;
  private int transfers;

  /** Says the victim's own Status back to it, and answers nothing that it has. */
  private static final class Attacker implements Protocol {
    private final CompletableFuture<Peer> accepted = new CompletableFuture<>();
    private final CompletableFuture<DisconnectReason> ended = new CompletableFuture<>();

    @Override
    public String name() {
      return "eth";
    }

    @Override
    public int version() {
      return EthVersion.ETH_69.number();
    }

    @Override
    public int messageCount() {
      return EthVersion.ETH_69.messageCount();
    }

    @Override
    public void message(Peer peer, int code, Bytes payload) {
      if (code == MessageCode.STATUS) {
        peer.send(this, code, payload);
        accepted.complete(peer);
      } else if (code == MessageCode.GET_POOLED_TRANSACTIONS) {
        GetPooledTransactions request =
            (GetPooledTransactions) EthCodec.decode(EthVersion.ETH_69, code, payload);
        says(new PooledTransactions(request.requestId(), List.of()));
      }
    }

    @Override
    public void disconnected(Peer peer, DisconnectReason reason) {
      ended.complete(reason);
    }

    void says(EthMessage message) {
      says(message.code(), EthCodec.encode(EthVersion.ETH_69, message));
    }

    void says(int code, Bytes payload) {
      Peer peer = Await.value(accepted);
      peer.send(this, code, payload);
    }
  }

  private static DevChain open() {
    try {
      return DevChain.open(DevChainOptions.devChain());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @BeforeEach
  void connect() {
    victim = network.server(new Eth(chain).protocols().toArray(Protocol[]::new));
    honestServer = network.server(honest.protocols().toArray(Protocol[]::new));
    network.connect(honestServer, victim);
  }

  @AfterEach
  void close() {
    network.close();
    chain.close();
    honestChain.close();
  }

  private record Attack(Attacker attacker, NodeId id) {}

  private Attack attack() {
    Attacker attacker = new Attacker();
    Server server = network.server(attacker);
    network.connect(server, victim);
    Await.value(attacker.accepted);
    return new Attack(attacker, server.id());
  }

  @Test
  void aFloodOfAnnouncementsOfWhatDoesNotExist() {
    Attack attack = attack();
    for (int part = 0; part < 4; part++) {
      int from = 4096 * part;
      attack
          .attacker()
          .says(
              new NewPooledTransactionHashes(
                  IntStream.range(from, from + 4096)
                      .mapToObj(i -> new TransactionAnnouncement(2, 110, EthSamples.hash(i)))
                      .toList()));
    }
    assertEnded(attack, DisconnectReason.USELESS_PEER);
    assertStandingFalls(attack);
    assertHonestStays();
  }

  @Test
  void aFloodOfTransactionsNobodyCanPayFor() {
    Attack attack = attack();
    List<Transaction> unpaid =
        IntStream.range(0, 2500).mapToObj(i -> transfer(POOR, CHAIN, i)).toList();
    for (int i = 0; i < 6; i++) {
      attack.attacker().says(new Transactions(unpaid));
    }
    assertHonestStays();
    assertEnded(attack, DisconnectReason.USELESS_PEER);
    assertStandingFalls(attack);
  }

  @Test
  void theSameTransactionOverAndOver() {
    Attack attack = attack();
    Transaction paid = transfer(DevAccounts.key(9), CHAIN, 0);
    attack.attacker().says(new Transactions(List.of(paid)));
    Await.until("it is in the pool", () -> pool(chain).contains(paid.hash()));
    for (int i = 0; i < 3; i++) {
      attack.attacker().says(new Transactions(Collections.nCopies(1000, paid)));
    }
    assertStandingFalls(attack);
    assertHonestStays();
  }

  @Test
  void transactionsOfAnotherChain() {
    Attack attack = attack();
    attack.attacker().says(new Transactions(List.of(transfer(POOR, CHAIN + 1, 0))));
    assertBanned(attack);
    assertHonestStays();
  }

  @Test
  void aBlobTransactionBroadcast() {
    Attack attack = attack();
    attack.attacker().says(new Transactions(List.of(BlobSamples.all().getFirst().transaction())));
    assertBanned(attack);
    assertHonestStays();
  }

  @Test
  void tenMebibytesOfGarbage() {
    Attack attack = attack();
    byte[] garbage = new byte[10 << 20];
    new Random(1).nextBytes(garbage);
    attack.attacker().says(MessageCode.TRANSACTIONS, Bytes.wrap(garbage));
    assertBanned(attack);
    assertHonestStays();
  }

  @Test
  void tenMebibytesOfTransactionsFullOfData() {
    Attack attack = attack();
    List<Transaction> huge =
        IntStream.range(0, 80)
            .mapToObj(i -> transfer(POOR, CHAIN, i, Bytes.wrap(new byte[127 << 10])))
            .toList();
    for (int i = 0; i < 3; i++) {
      attack.attacker().says(new Transactions(huge));
    }
    assertHonestStays();
  }

  private void assertEnded(Attack attack, DisconnectReason reason) {
    assertThat(Await.value(attack.attacker().ended)).isEqualTo(reason);
  }

  private void assertBanned(Attack attack) {
    assertEnded(attack, DisconnectReason.PROTOCOL_BREACH);
    Await.until(
        "it is banned", () -> victim.access().denied().toString().contains(attack.id().toString()));
    assertStandingFalls(attack);
  }

  private void assertStandingFalls(Attack attack) {
    Await.until(
        "its standing falls",
        () ->
            Await.value(victim.access().standing(attack.id())).stream()
                .anyMatch(standing -> standing.score() < STRANGERS_SCORE));
  }

  /** Its session lasts, and a new transaction of it arrives. */
  private void assertHonestStays() {
    Transaction transfer =
        new Wallet(DevAccounts.key(20 + transfers++), honestChain.chainId())
            .transfer(honestChain, DevAccounts.address(1), UInt256.ONE);
    honest.sendTransaction(transfer);
    Await.until("the honest transfer has arrived", () -> pool(chain).contains(transfer.hash()));
    assertThat(victim.peer(honestServer.id())).isPresent();
    assertThat(Await.value(victim.access().standing(honestServer.id())).stream())
        .allMatch(standing -> standing.score() >= STRANGERS_SCORE);
  }

  private static TransactionPool pool(Chain any) {
    return any.pool();
  }

  private static Transaction transfer(NodeKey key, long chain, long nonce) {
    return transfer(key, chain, nonce, Bytes.EMPTY);
  }

  private static Transaction transfer(NodeKey key, long chain, long nonce, Bytes data) {
    return Transaction.sign(
        new TransactionPayload.DynamicFee(
            UInt256.valueOf(chain),
            nonce,
            UInt256.valueOf(1_000_000_000),
            UInt256.valueOf(20_000_000_000L),
            data.isEmpty() ? 21_000 : 10_000_000,
            Optional.of(DevAccounts.address(1)),
            UInt256.ONE,
            data,
            List.of()),
        key);
  }
}
