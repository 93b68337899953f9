package io.kadlink.protocols.eth.pool;

import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.rules.TransactionRules;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.units.bigints.UInt256;
import org.jspecify.annotations.Nullable;

/**
 * Transactions by sender and nonce, and what they add up to. Decides nothing but order. Not
 * thread-safe.
 */
final class PendingTransactions {
  private final Map<Bytes32, Transaction> byHash = new LinkedHashMap<>();
  private final Map<Bytes, TreeMap<Long, Transaction>> bySender = new HashMap<>();
  private long bytes;

  int size() {
    return byHash.size();
  }

  long bytes() {
    return bytes;
  }

  @Nullable Transaction get(Bytes32 hash) {
    return byHash.get(hash);
  }

  /** Hashes, longest known first. */
  List<Bytes32> hashes(int max) {
    return byHash.keySet().stream().limit(max).toList();
  }

  @Nullable Transaction at(Bytes sender, long nonce) {
    SortedMap<Long, Transaction> queue = bySender.get(sender);
    return queue == null ? null : queue.get(nonce);
  }

  int countOf(Bytes sender) {
    SortedMap<Long, Transaction> queue = bySender.get(sender);
    return queue == null ? 0 : queue.size();
  }

  /** The most wei that the sender's transactions can take from it. */
  BigInteger costOf(Bytes sender) {
    SortedMap<Long, Transaction> queue = bySender.get(sender);
    return queue == null
        ? BigInteger.ZERO
        : queue.values().stream()
            .map(transaction -> TransactionRules.maxCost(transaction.payload()))
            .reduce(BigInteger.ZERO, BigInteger::add);
  }

  List<Bytes> senders() {
    return List.copyOf(bySender.keySet());
  }

  /** The sender's transactions by nonce. */
  List<Transaction> of(Bytes sender) {
    TreeMap<Long, Transaction> queue = bySender.get(sender);
    return queue == null ? List.of() : List.copyOf(queue.values());
  }

  /** The sender's transactions from {@code nonce} on, up to the first gap. */
  List<Transaction> executable(Bytes sender, long nonce) {
    List<Transaction> result = new ArrayList<>();
    TreeMap<Long, Transaction> queue = bySender.get(sender);
    if (queue != null) {
      for (Map.Entry<Long, Transaction> entry : queue.tailMap(nonce, true).entrySet()) {
        if (entry.getKey() != nonce + result.size()) {
          break;
        }
        result.add(entry.getValue());
      }
    }
    return result;
  }

  /** Adds a transaction in place of the one with its sender and nonce, if there is one. */
  void put(Bytes sender, Transaction transaction) {
    Transaction replaced =
        bySender
            .computeIfAbsent(sender, s -> new TreeMap<>(Long::compareUnsigned))
            .put(transaction.payload().nonce(), transaction);
    if (replaced != null) {
      byHash.remove(replaced.hash());
      bytes -= replaced.encoded().size();
    }
    byHash.put(transaction.hash(), transaction);
    bytes += transaction.encoded().size();
  }

  void remove(Transaction transaction) {
    if (byHash.remove(transaction.hash()) == null) {
      return;
    }
    bytes -= transaction.encoded().size();
    Bytes sender = transaction.sender().orElseThrow();
    TreeMap<Long, Transaction> queue = bySender.get(sender);
    if (queue != null) {
      queue.remove(transaction.payload().nonce());
      if (queue.isEmpty()) {
        bySender.remove(sender);
      }
    }
  }

  /**
   * The transaction that is worth least to keep: the last one of the sender whose last one pays
   * least. Taking a sender's last one never makes another one wait for it.
   */
  Optional<Transaction> cheapestLast() {
    return bySender.values().stream()
        .map(queue -> queue.lastEntry().getValue())
        .min(Comparator.comparing(PendingTransactions::price));
  }

  /** What orders transactions by worth: the tip they offer. */
  static UInt256 price(Transaction transaction) {
    return transaction.payload().maxPriorityFeePerGas();
  }
}
