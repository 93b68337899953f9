package io.kadlink.protocols.eth.gossip;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.protocols.eth.chain.CellMask;
import io.kadlink.protocols.eth.chain.Kzg;
import io.kadlink.protocols.eth.chain.PooledTransactionCodec;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.chain.TransactionPool;
import io.kadlink.protocols.eth.peer.EthMetrics;
import io.kadlink.protocols.eth.peer.EthPeer;
import io.kadlink.protocols.eth.peer.EthPeers;
import io.kadlink.protocols.eth.wire.EthLimits;
import io.kadlink.protocols.eth.wire.EthMessage;
import io.kadlink.protocols.eth.wire.EthMessage.NewPooledTransactionHashes;
import io.kadlink.protocols.eth.wire.EthMessage.TransactionAnnouncement;
import io.kadlink.protocols.eth.wire.EthMessage.Transactions;
import io.kadlink.protocols.eth.wire.EthVersion;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.rlpx.wire.ProtocolViolation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.apache.tuweni.bytes.Bytes32;

/**
 * Spreads pending transactions (caps/eth.md §Transaction Exchange): whole to a few peers, by hash
 * to the rest, never to one that knows it; and takes those of others into the pool.
 *
 * <p>What the pool accepts within one turn of the loop goes out together.
 */
public final class TransactionGossip {
  /** A larger transaction is announced only, as other clients do. */
  static final int MAX_BROADCAST_BYTES = 4096;

  /** Whole transactions in one message, in bytes; small messages let others in between. */
  static final int MAX_MESSAGE_BYTES = 100 << 10;

  /** Of a pool larger than this, a new peer hears by and by. */
  static final int MAX_FIRST_ANNOUNCEMENTS = 4 * EthLimits.SOFT_ANNOUNCEMENTS;

  private final TransactionPool pool;
  private final EthPeers peers;
  private final Loop loop;
  private final RandomGenerator random;
  private final EthMetrics metrics;
  private final TransactionFetcher fetcher;
  private List<Transaction> fresh = new ArrayList<>();

  /**
   * @param computation where blobs are verified
   * @param kzg what verifies them; asked for there, empty where there is none
   */
  public TransactionGossip(
      TransactionPool pool,
      EthPeers peers,
      Loop loop,
      Executor computation,
      RandomGenerator random,
      EthMetrics metrics,
      Supplier<Optional<Kzg>> kzg) {
    this.pool = pool;
    this.peers = peers;
    this.loop = loop;
    this.random = random;
    this.metrics = metrics;
    this.fetcher =
        new TransactionFetcher(
            pool, new TransactionFetcher.Work(loop, computation, random), metrics, kzg);
  }

  /** The pool has accepted {@code transaction}: it goes out at the end of this turn. */
  public void added(Transaction transaction) {
    loop.assertInLoop();
    fetcher.arrived(transaction);
    fetcher.settled(transaction.hash());
    if (fresh.isEmpty()) {
      loop.execute(this::spread);
    }
    fresh.add(transaction);
  }

  /** A peer's Status has been accepted: it is told what the pool holds. */
  public void connected(EthPeer peer) {
    announce(
        peer,
        pool.hashes(MAX_FIRST_ANNOUNCEMENTS).stream()
            .flatMap(hash -> pool.get(hash).stream())
            .toList());
  }

  /** Its session is over. */
  public void disconnected(EthPeer peer) {
    fetcher.disconnected(peer);
  }

  /**
   * Whole transactions, unasked.
   *
   * @throws ProtocolViolation when one of them must not be broadcast
   */
  public void received(EthPeer from, Transactions message) throws ProtocolViolation {
    if (message.transactions().isEmpty()) {
      metrics.ignored(message.name(), "empty");
      return;
    }
    for (Transaction transaction : message.transactions()) {
      if (transaction.type() == Claim.BLOB_TYPE) {
        throw new ProtocolViolation(
            DisconnectReason.PROTOCOL_BREACH,
            "Transactions: blob transaction "
                + transaction.hash()
                + " broadcast, which may only be announced");
      }
    }
    for (Transaction transaction : message.transactions()) {
      fetcher.told(from, transaction);
    }
  }

  /** Transactions it could send. */
  public void announced(EthPeer by, NewPooledTransactionHashes message) {
    fetcher.announced(by, message);
  }

  private void spread() {
    List<Transaction> batch = fresh;
    fresh = new ArrayList<>();
    List<EthPeer> open = peers.open();
    Set<EthPeer> chosen = Chosen.of(open, random);
    for (EthPeer peer : open) {
      List<Transaction> whole = new ArrayList<>();
      List<Transaction> announced = new ArrayList<>();
      for (Transaction transaction : batch) {
        if (peer.knownTransactions().contains(transaction.hash())) {
          continue;
        }
        if (chosen.contains(peer) && mayBeBroadcast(transaction)) {
          whole.add(transaction);
        } else {
          announced.add(transaction);
        }
      }
      send(peer, whole);
      announce(peer, announced);
    }
  }

  private static boolean mayBeBroadcast(Transaction transaction) {
    return transaction.type() != Claim.BLOB_TYPE
        && transaction.encoded().size() <= MAX_BROADCAST_BYTES;
  }

  private static void send(EthPeer peer, List<Transaction> transactions) {
    List<Transaction> message = new ArrayList<>();
    int bytes = 0;
    for (Transaction transaction : transactions) {
      message.add(transaction);
      bytes += transaction.encoded().size();
      if (bytes >= MAX_MESSAGE_BYTES) {
        sendMessage(peer, message);
        message = new ArrayList<>();
        bytes = 0;
      }
    }
    if (!message.isEmpty()) {
      sendMessage(peer, message);
    }
  }

  private static void sendMessage(EthPeer peer, List<Transaction> transactions) {
    EthMessage message = new Transactions(transactions);
    if (peer.send(message)) {
      transactions.forEach(one -> peer.knownTransactions().add(one.hash()));
    }
  }

  private void announce(EthPeer peer, List<Transaction> transactions) {
    for (int from = 0; from < transactions.size(); from += EthLimits.SOFT_ANNOUNCEMENTS) {
      int to = Math.min(from + EthLimits.SOFT_ANNOUNCEMENTS, transactions.size());
      List<Transaction> part = transactions.subList(from, to);
      NewPooledTransactionHashes message = announcement(peer.version(), part);
      if (!message.announcements().isEmpty() && peer.send(message)) {
        part.forEach(one -> peer.knownTransactions().add(one.hash()));
      }
    }
  }

  /** Since eth/72 with the cells we have: all of each blob. */
  private NewPooledTransactionHashes announcement(EthVersion version, List<Transaction> part) {
    List<TransactionAnnouncement> announcements = new ArrayList<>();
    CellMask cells = CellMask.NONE;
    for (Transaction transaction : part) {
      Bytes32 hash = transaction.hash();
      long bytes = transaction.encoded().size();
      if (transaction.type() == Claim.BLOB_TYPE) {
        Optional<Integer> pooled = pool.pooledBytes(hash);
        if (pooled.isEmpty()) {
          continue; // gone meanwhile
        }
        bytes = pooled.get();
        if (version.has(EthVersion.ETH_72)) {
          bytes = PooledTransactionCodec.bytesWithoutBlobs(transaction, bytes);
          cells = CellMask.ALL;
        }
      }
      announcements.add(new TransactionAnnouncement(transaction.type(), bytes, hash));
    }
    return new NewPooledTransactionHashes(announcements, cells);
  }
}
