package io.kadlink.protocols.eth.pool;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.tuweni.bytes.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * One account's transactions by nonce: from the account's next nonce up to the first gap they are
 * executable, the others wait for a nonce before them. Not thread-safe.
 *
 * <p>An executable one is worth no more than any before it, since no block can take it sooner; so a
 * cheap one can't hide before a dear one.
 */
final class SenderQueue {
  private final Bytes sender;
  private final NavigableMap<Long, PoolEntry> byNonce = new TreeMap<>(Long::compareUnsigned);
  private final NavigableMap<Long, Worth> executable = new TreeMap<>(Long::compareUnsigned);
  private BigInteger cost = BigInteger.ZERO;
  private long next;

  SenderQueue(Bytes sender, long next) {
    this.sender = sender;
    this.next = next;
  }

  Bytes sender() {
    return sender;
  }

  /** Judges anew what is executable and what it is worth. */
  void settle(long accountNonce, NextBlock block) {
    next = accountNonce;
    executable.clear();
    extend(block);
  }

  private void extend(NextBlock block) {
    for (long nonce = firstGap(); ; nonce++) {
      PoolEntry entry = byNonce.get(nonce);
      if (entry == null) {
        return;
      }
      Worth own = Worth.of(entry.transaction().payload(), block);
      Map.Entry<Long, Worth> before = executable.lastEntry();
      executable.put(nonce, before == null ? own : own.min(before.getValue()));
    }
  }

  /**
   * Adds an entry in place of one with its nonce; what becomes executable by it, itself included,
   * is returned in order.
   */
  List<PoolEntry> put(PoolEntry entry, NextBlock block) {
    PoolEntry before = byNonce.put(entry.nonce(), entry);
    cost = cost.add(entry.cost());
    long gap = firstGap();
    if (before == null) {
      extend(block);
    } else {
      cost = cost.subtract(before.cost());
      executable.tailMap(entry.nonce(), true).clear();
      extend(block);
      return isExecutable(entry.nonce()) ? List.of(entry) : List.of();
    }
    return List.copyOf(byNonce.subMap(gap, true, firstGap(), false).values());
  }

  /** Takes an entry out; what followed it waits. */
  void remove(PoolEntry entry) {
    if (byNonce.remove(entry.nonce(), entry)) {
      cost = cost.subtract(entry.cost());
      executable.tailMap(entry.nonce(), true).clear();
    }
  }

  @Nullable PoolEntry at(long nonce) {
    return byNonce.get(nonce);
  }

  boolean isExecutable(long nonce) {
    return executable.containsKey(nonce);
  }

  /** The nonce that the account's next transaction is to have. */
  long firstGap() {
    return next + executable.size();
  }

  boolean isEmpty() {
    return byNonce.isEmpty();
  }

  int size() {
    return byNonce.size();
  }

  int executableCount() {
    return executable.size();
  }

  int queuedCount() {
    return byNonce.size() - executable.size();
  }

  /** The most wei that all of them can take. */
  BigInteger cost() {
    return cost;
  }

  Collection<PoolEntry> all() {
    return List.copyOf(byNonce.values());
  }

  List<PoolEntry> executable() {
    List<PoolEntry> entries = new ArrayList<>(executable.size());
    executable.keySet().forEach(nonce -> entries.add(get(nonce)));
    return entries;
  }

  List<PoolEntry> queued() {
    return List.copyOf(byNonce.tailMap(firstGap(), true).values());
  }

  private PoolEntry get(long nonce) {
    PoolEntry entry = byNonce.get(nonce);
    if (entry == null) {
      throw new IllegalStateException("nonce " + nonce + " is not there");
    }
    return entry;
  }

  /** The last executable entry that is not local; taking it makes no other one wait. */
  @Nullable PoolEntry lastExecutable() {
    Long last = executable.isEmpty() ? null : executable.lastKey();
    PoolEntry entry = last == null ? null : byNonce.get(last);
    return entry == null || entry.local() ? null : entry;
  }

  /** What {@link #lastExecutable} is worth to keep. */
  @Nullable Worth lastWorth() {
    return executable.isEmpty() ? null : executable.lastEntry().getValue();
  }

  /** What an executable entry with this nonce is worth at most, because of those before it. */
  @Nullable Worth worthBefore(long nonce) {
    Map.Entry<Long, Worth> before = executable.lowerEntry(nonce);
    return before == null ? null : before.getValue();
  }

  /** The farthest that waits and is not local. */
  @Nullable PoolEntry lastQueued() {
    if (queuedCount() == 0) {
      return null;
    }
    PoolEntry last = byNonce.lastEntry().getValue();
    return last.local() ? null : last;
  }
}
