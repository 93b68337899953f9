package io.kadlink.protocols.eth.pool;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.tuweni.bytes.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * All transactions of one kind, ordinary or with blobs, and who gives way when there is no more
 * room. Not thread-safe.
 *
 * <p>One that waits for a nonce before it never drives out one that is executable, since it costs
 * its sender nothing to let it wait for ever. An executable one takes the place of, in this order:
 * one that waits; the last of a sender that has more than its guaranteed share; any last one that
 * is worth less. A sender that has its share already only takes places of the first two kinds, and
 * of the second only those worth less. So what senders have up to their share gives way to nothing
 * but more worth from as many other accounts.
 */
final class PoolSection {
  private final int maxEntries;
  private final long maxBytes;
  private final int guaranteed;

  private final Map<Bytes, SenderQueue> senders = new HashMap<>();

  /** The last executable of each sender, cheapest first. */
  private final NavigableSet<Tail> tails = new TreeSet<>(Tail.ORDER);

  /** The same of senders that have more than their share. */
  private final NavigableSet<Tail> greedy = new TreeSet<>(Tail.ORDER);

  /** The farthest queued of each sender, cheapest first. */
  private final NavigableSet<Tail> queued = new TreeSet<>(Tail.ORDER);

  private final Map<Bytes, Tails> indexed = new HashMap<>();
  private int entries;
  private int queuedEntries;
  private long bytes;

  PoolSection(int maxEntries, long maxBytes, int guaranteed) {
    this.maxEntries = maxEntries;
    this.maxBytes = maxBytes;
    this.guaranteed = guaranteed;
  }

  /** An entry that may go, by what it is worth. */
  private record Tail(Worth worth, PoolEntry entry) {
    static final Comparator<Tail> ORDER =
        Comparator.comparing(Tail::worth).thenComparing(tail -> tail.entry().hash());
  }

  private record Tails(@Nullable Tail executable, @Nullable Tail queued) {}

  int size() {
    return entries;
  }

  int queuedSize() {
    return queuedEntries;
  }

  long bytes() {
    return bytes;
  }

  @Nullable SenderQueue of(Bytes sender) {
    return senders.get(sender);
  }

  /** All senders' queues, at this moment. */
  Collection<SenderQueue> all() {
    return List.copyOf(senders.values());
  }

  /**
   * Which entries would give way to {@code entry}; of each sender one at most.
   *
   * @param replaced the one in whose place it comes
   * @return empty when there is no room for it
   */
  Optional<List<PoolEntry>> victims(
      PoolEntry entry, @Nullable PoolEntry replaced, boolean executable, NextBlock next) {
    Room room =
        new Room(
            entries + (replaced == null ? 1 : 0) - maxEntries,
            bytes + entry.keptBytes() - (replaced == null ? 0 : replaced.keptBytes()) - maxBytes);
    if (!room.isMade()) {
      Worth worth = worthOf(entry, next);
      SenderQueue own = senders.get(entry.sender());
      boolean isGreedy = own != null && own.executableCount() >= guaranteed;
      make(room, queued, entry.sender(), executable ? null : worth);
      if (executable) {
        make(room, greedy, entry.sender(), isGreedy ? worth : null);
        if (!isGreedy) {
          make(room, tails, entry.sender(), worth);
        }
      }
    }
    return room.isMade() ? Optional.of(List.copyOf(room.victims)) : Optional.empty();
  }

  /** The cheapest that waits for a nonce, if it is worth less than {@code entry} and another's. */
  Optional<PoolEntry> cheaperQueued(PoolEntry entry, NextBlock next) {
    Worth worth = worthOf(entry, next);
    for (Tail tail : queued) {
      if (tail.worth().compareTo(worth) >= 0) {
        break;
      }
      if (!tail.entry().sender().equals(entry.sender())) {
        return Optional.of(tail.entry());
      }
    }
    return Optional.empty();
  }

  /** How much is still to be given up, and who gives it. */
  private static final class Room {
    private final Set<PoolEntry> victims = new LinkedHashSet<>();
    private int entries;
    private long bytes;

    Room(int entries, long bytes) {
      this.entries = entries;
      this.bytes = bytes;
    }

    boolean isMade() {
      return entries <= 0 && bytes <= 0;
    }

    void take(PoolEntry entry) {
      if (victims.add(entry)) {
        entries--;
        bytes -= entry.keptBytes();
      }
    }
  }

  /** Takes the cheapest until there is room, only those below {@code worth} if that is given. */
  private static void make(
      Room room, NavigableSet<Tail> from, Bytes sender, @Nullable Worth worth) {
    for (Tail tail : from) {
      if (room.isMade() || (worth != null && tail.worth().compareTo(worth) >= 0)) {
        return;
      }
      if (!tail.entry().sender().equals(sender)) {
        room.take(tail.entry());
      }
    }
  }

  private Worth worthOf(PoolEntry entry, NextBlock next) {
    Worth own = Worth.of(entry.transaction().payload(), next);
    SenderQueue queue = senders.get(entry.sender());
    Worth before = queue == null ? null : queue.worthBefore(entry.nonce());
    return before == null ? own : own.min(before);
  }

  /** Adds an entry for which there is room; what becomes executable is returned. */
  List<PoolEntry> put(PoolEntry entry, long accountNonce, NextBlock next) {
    SenderQueue queue =
        senders.computeIfAbsent(entry.sender(), sender -> new SenderQueue(sender, accountNonce));
    int queuedBefore = queue.queuedCount();
    PoolEntry replaced = queue.at(entry.nonce());
    List<PoolEntry> promoted = queue.put(entry, next);
    bytes += entry.keptBytes();
    entries++;
    if (replaced != null) {
      bytes -= replaced.keptBytes();
      entries--;
    }
    queuedEntries += queue.queuedCount() - queuedBefore;
    index(queue, next);
    return promoted;
  }

  void remove(PoolEntry entry, NextBlock next) {
    SenderQueue queue = senders.get(entry.sender());
    if (queue == null || !entry.equals(queue.at(entry.nonce()))) {
      return;
    }
    int queuedBefore = queue.queuedCount();
    queue.remove(entry);
    bytes -= entry.keptBytes();
    entries--;
    queuedEntries += queue.queuedCount() - queuedBefore;
    index(queue, next);
  }

  /** Judges a sender anew at another head. */
  void settle(SenderQueue queue, long accountNonce, NextBlock next) {
    int queuedBefore = queue.queuedCount();
    queue.settle(accountNonce, next);
    queuedEntries += queue.queuedCount() - queuedBefore;
    index(queue, next);
  }

  private void index(SenderQueue queue, NextBlock next) {
    Tails before = indexed.remove(queue.sender());
    if (before != null) {
      if (before.executable() != null) {
        tails.remove(before.executable());
        greedy.remove(before.executable());
      }
      if (before.queued() != null) {
        queued.remove(before.queued());
      }
    }
    if (queue.isEmpty()) {
      senders.remove(queue.sender());
      return;
    }
    PoolEntry last = queue.lastExecutable();
    Worth worth = queue.lastWorth();
    Tail executable = last == null || worth == null ? null : new Tail(worth, last);
    PoolEntry far = queue.lastQueued();
    Tail waiting = far == null ? null : new Tail(Worth.of(far.transaction().payload(), next), far);
    if (executable != null) {
      tails.add(executable);
      if (queue.executableCount() > guaranteed) {
        greedy.add(executable);
      }
    }
    if (waiting != null) {
      queued.add(waiting);
    }
    indexed.put(queue.sender(), new Tails(executable, waiting));
  }
}
