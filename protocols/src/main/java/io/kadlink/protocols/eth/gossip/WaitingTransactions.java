package io.kadlink.protocols.eth.gossip;

import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.peer.EthPeer;
import io.kadlink.protocols.eth.wire.EthLimits;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Transactions that have come and wait for the pool, each peer's in a lane of its own. One is taken
 * from each lane in turn, so that one peer's flood does not hold up the others; when all is full,
 * the fullest lane loses what came last. Confined to the protocol's loop.
 */
final class WaitingTransactions {
  /** From one peer: two full messages. */
  static final int MAX_OF_PEER = 2 * EthLimits.MAX_TRANSACTIONS;

  /** From one peer, and one more transaction: a full message. */
  static final long MAX_BYTES_OF_PEER = EthLimits.MAX_MESSAGE_BYTES;

  /** From all peers; gossip repeats itself. */
  static final int MAX = 2 * MAX_OF_PEER;

  /** From all peers, and one more transaction. */
  static final long MAX_BYTES = 4 * MAX_BYTES_OF_PEER;

  /** What one peer sent. */
  static final class Lane {
    private final EthPeer peer;
    private final Deque<Transaction> transactions = new ArrayDeque<>();
    private long bytes;
    private boolean resting;
    private boolean queued;
    private boolean left;

    /** Judged since its conduct was looked at last. */
    int judged;

    /** Of those, taken. */
    int useful;

    /** Of those, refused or sent again. */
    int useless;

    private Lane(EthPeer peer) {
      this.peer = peer;
    }

    EthPeer peer() {
      return peer;
    }

    boolean isResting() {
      return resting;
    }

    private boolean isReady() {
      return !resting && !transactions.isEmpty();
    }

    /** Its share of what one peer may have waiting. */
    private double fullness() {
      return Math.max(
          (double) transactions.size() / MAX_OF_PEER, (double) bytes / MAX_BYTES_OF_PEER);
    }
  }

  /** One of them, to be judged next. */
  record Next(Lane lane, Transaction transaction) {}

  private final Map<EthPeer, Lane> lanes = new LinkedHashMap<>();
  private final Deque<Lane> ready = new ArrayDeque<>();
  private int size;
  private long bytes;

  /**
   * Queues {@code transaction}.
   *
   * @return what was dropped for it: itself, another, or nothing
   */
  Optional<Transaction> add(EthPeer from, Transaction transaction) {
    Lane lane = lane(from);
    if (lane.transactions.size() >= MAX_OF_PEER || lane.bytes >= MAX_BYTES_OF_PEER) {
      return Optional.of(transaction);
    }
    Optional<Transaction> dropped = Optional.empty();
    if (size >= MAX || bytes >= MAX_BYTES) {
      Lane fullest = fullest();
      if (fullest == null || fullest.fullness() <= lane.fullness()) {
        return Optional.of(transaction);
      }
      Transaction last = fullest.transactions.removeLast();
      uncount(fullest, last);
      dropped = Optional.of(last);
    }
    lane.transactions.add(transaction);
    int bytesOfOne = transaction.encoded().size();
    lane.bytes += bytesOfOne;
    bytes += bytesOfOne;
    size++;
    enqueue(lane);
    return dropped;
  }

  private void enqueue(Lane lane) {
    if (!lane.queued && lane.isReady()) {
      lane.queued = true;
      ready.add(lane);
    }
  }

  Lane lane(EthPeer from) {
    return lanes.computeIfAbsent(from, Lane::new);
  }

  private @Nullable Lane fullest() {
    Lane fullest = null;
    for (Lane lane : lanes.values()) {
      if (fullest == null || lane.fullness() > fullest.fullness()) {
        fullest = lane;
      }
    }
    return fullest;
  }

  /** Takes the next, unless all lanes are empty or at rest. */
  Optional<Next> next() {
    while (!ready.isEmpty()) {
      Lane lane = ready.removeFirst();
      lane.queued = false;
      if (!lane.isReady()) {
        continue; // has lost what it had
      }
      Transaction transaction = lane.transactions.removeFirst();
      uncount(lane, transaction);
      enqueue(lane);
      forgetIfDone(lane);
      return Optional.of(new Next(lane, transaction));
    }
    return Optional.empty();
  }

  /** Nothing is taken from this lane for now, or something is again. */
  void setResting(Lane lane, boolean resting) {
    lane.resting = resting;
    enqueue(lane);
  }

  boolean hasNext() {
    return ready.stream().anyMatch(Lane::isReady);
  }

  /** What this peer sent is of no interest any more; it is returned. */
  List<Transaction> discard(EthPeer peer) {
    Lane lane = lanes.remove(peer);
    if (lane == null) {
      return List.of();
    }
    List<Transaction> discarded = List.copyOf(lane.transactions);
    discarded.forEach(transaction -> uncount(lane, transaction));
    lane.transactions.clear();
    return discarded;
  }

  /** Nothing more will come from this peer. */
  void left(EthPeer peer) {
    Lane lane = lanes.get(peer);
    if (lane != null) {
      lane.left = true;
      forgetIfDone(lane);
    }
  }

  private void forgetIfDone(Lane lane) {
    if (lane.left && lane.transactions.isEmpty()) {
      lanes.remove(lane.peer, lane);
    }
  }

  private void uncount(Lane lane, Transaction transaction) {
    int bytesOfOne = transaction.encoded().size();
    lane.bytes -= bytesOfOne;
    bytes -= bytesOfOne;
    size--;
  }

  int size() {
    return size;
  }

  long bytes() {
    return bytes;
  }
}
