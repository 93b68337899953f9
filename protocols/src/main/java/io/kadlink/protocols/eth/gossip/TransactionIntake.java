package io.kadlink.protocols.eth.gossip;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.chain.TransactionPool;
import io.kadlink.protocols.eth.chain.TransactionPool.Verdict;
import io.kadlink.protocols.eth.peer.EthMetrics;
import io.kadlink.protocols.eth.peer.EthPeer;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.server.reputation.Behaviour;
import java.time.Duration;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes32;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands what peers send to the pool, a few at a time and each peer in its turn, so that checking
 * signatures does not hold up the loop, nor one peer another. A peer most of whose transactions are
 * refused, or sent again, rests a while after each few: it may only see another head than we do,
 * but must not cost us more than others. One that sends on until its lane is full is of no use.
 */
final class TransactionIntake {
  private static final Logger log = LoggerFactory.getLogger(TransactionIntake.class);

  /** Handed to the pool in one turn of the loop: a few milliseconds of signature checks. */
  static final int POOL_BATCH = 64;

  /** A turn ends before that when they take longer. */
  static final Duration TURN = Duration.ofMillis(2);

  /** After so many of a peer's transactions its conduct is looked at. */
  static final int CONDUCT_SAMPLE = 64;

  /** How long a peer rests: about 300 refused transactions a second, 1 % of a core. */
  static final Duration REST = Duration.ofMillis(200);

  private final TransactionPool pool;
  private final Loop loop;
  private final EthMetrics metrics;
  private final Listener listener;
  private final RefusedTransactions refused;
  private final WaitingTransactions waiting = new WaitingTransactions();
  private boolean judging;

  /** Hears what becomes of what was taken. */
  interface Listener {
    /** The pool has judged it, or there was no room for it: it is not to be fetched again. */
    void settled(Bytes32 hash);

    /** It is gone with the peer that sent it. */
    void lost(Bytes32 hash);
  }

  /**
   * @param refused learns what the pool does not take
   */
  TransactionIntake(
      TransactionPool pool,
      Loop loop,
      EthMetrics metrics,
      RefusedTransactions refused,
      Listener listener) {
    this.pool = pool;
    this.loop = loop;
    this.metrics = metrics;
    this.refused = refused;
    this.listener = listener;
  }

  /** A transaction has come unasked. */
  void told(EthPeer from, Transaction transaction) {
    if (!from.knownTransactions().add(transaction.hash()) && pool.contains(transaction.hash())) {
      metrics.transaction("repeated");
      listener.settled(transaction.hash());
      WaitingTransactions.Lane lane = waiting.lane(from);
      lane.judged++;
      lane.useless++;
      lookAt(lane);
    } else {
      take(from, transaction);
    }
  }

  /** A transaction has come that was asked for. */
  void fetched(EthPeer from, Transaction transaction) {
    from.knownTransactions().add(transaction.hash());
    take(from, transaction);
  }

  private void take(EthPeer from, Transaction transaction) {
    if (from.isOver()) {
      listener.lost(transaction.hash());
      return;
    }
    Optional<Transaction> dropped = waiting.add(from, transaction);
    if (dropped.isPresent()) {
      metrics.transaction("dropped");
      listener.settled(dropped.get().hash());
      if (dropped.get().equals(transaction) && waiting.lane(from).isResting()) {
        end(from, DisconnectReason.USELESS_PEER, "floods us with transactions no pool here takes");
      }
    }
    metrics.waitingTransactions(waiting.size(), waiting.bytes());
    judgeSoon();
  }

  /** Its session is over: what it sent is still judged, what we think of it is forgotten. */
  void disconnected(EthPeer peer) {
    waiting.left(peer);
  }

  private void judgeSoon() {
    if (!judging && waiting.hasNext()) {
      judging = true;
      loop.execute(this::judge);
    }
  }

  private void judge() {
    judging = false;
    long began = loop.nanoTime();
    for (int i = 0; i < POOL_BATCH && loop.nanoTime() - began < TURN.toNanos(); i++) {
      Optional<WaitingTransactions.Next> next = waiting.next();
      if (next.isEmpty()) {
        break;
      }
      judge(next.get().lane(), next.get().transaction());
    }
    metrics.waitingTransactions(waiting.size(), waiting.bytes());
    judgeSoon();
  }

  private void judge(WaitingTransactions.Lane lane, Transaction transaction) {
    Bytes32 hash = transaction.hash();
    EthPeer from = lane.peer();
    lane.judged++;
    switch (pool.add(transaction)) {
      case Verdict.Accepted accepted -> {
        metrics.transaction("accepted");
        lane.useful++;
      }
      case Verdict.Known known -> metrics.transaction("known");
      case Verdict.Refused no -> {
        metrics.transaction("refused");
        log.debug("{}: transaction {} refused: {}", from, hash, no.reason());
        refused.add(hash);
        lane.useless++;
        if (no.peerAtFault()) {
          end(from, DisconnectReason.PROTOCOL_BREACH, "transaction " + hash + ": " + no.reason());
        }
      }
    }
    listener.settled(hash);
    lookAt(lane);
  }

  private void lookAt(WaitingTransactions.Lane lane) {
    if (lane.judged < CONDUCT_SAMPLE) {
      return;
    }
    boolean useful = 2 * lane.useful > lane.judged;
    boolean useless = 2 * lane.useless > lane.judged;
    lane.judged = 0;
    lane.useful = 0;
    lane.useless = 0;
    if (useful) {
      lane.peer().report(Behaviour.USEFUL_NEWS, "transactions");
    }
    if (!useless) {
      return;
    }
    lane.peer().report(Behaviour.MINOR_FAULT, "most of its transactions are of no use");
    if (lane.isResting()) {
      return;
    }
    waiting.setResting(lane, true);
    loop.schedule(
        REST,
        () -> {
          waiting.setResting(lane, false);
          judgeSoon();
        });
  }

  private void end(EthPeer peer, DisconnectReason reason, String why) {
    peer.drop(reason, why);
    waiting.discard(peer).forEach(transaction -> listener.lost(transaction.hash()));
  }
}
