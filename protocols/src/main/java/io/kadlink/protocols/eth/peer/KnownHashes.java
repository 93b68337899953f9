package io.kadlink.protocols.eth.peer;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.apache.tuweni.bytes.Bytes32;

/**
 * What a peer is known to know. Bounded: the oldest is forgotten first, which at worst tells a peer
 * something twice.
 *
 * <p>Of each hash 64 bits of another hash are kept, in an open-addressed table beside a ring that
 * remembers their order: 24 bytes instead of 150, since each of many peers has a set of thousands.
 * That hash has a seed of its own in each process, so that nobody can choose hashes that meet in
 * one place; nothing but the time it takes depends on it.
 */
public final class KnownHashes {
  private static final int FIRST_CAPACITY = 64;
  private static final long SEED = new SplittableRandom().nextLong();

  private final int max;

  /** In the order they came; grows to {@code max}. */
  private long[] ring;

  /** At most half full; 0 stands for nothing. */
  private long[] table;

  private int oldest;
  private int size;

  /**
   * @param max how many are remembered
   */
  public KnownHashes(int max) {
    this.max = max;
    this.ring = new long[Math.min(max, FIRST_CAPACITY)];
    this.table = new long[tableFor(ring.length)];
  }

  private static int tableFor(int hashes) {
    return Integer.highestOneBit(Math.max(1, hashes) * 2 - 1) * 2;
  }

  private static long key(Bytes32 hash) {
    long key = SEED;
    for (int i = 0; i < Bytes32.SIZE; i += Long.BYTES) {
      key = (key ^ hash.getLong(i)) * 0x9e3779b97f4a7c15L;
      key ^= key >>> 32;
    }
    return key == 0 ? 1 : key;
  }

  /**
   * Remembers {@code hash}.
   *
   * @return whether it was new
   */
  public boolean add(Bytes32 hash) {
    long key = key(hash);
    if (table[find(key)] == key) {
      return false;
    }
    if (size == max) {
      remove(ring[oldest]);
      ring[oldest] = key;
      oldest = (oldest + 1) % max;
    } else {
      if (size == ring.length) {
        grow();
      }
      ring[size++] = key; // nothing was forgotten so far: the oldest is at 0
    }
    table[find(key)] = key;
    return true;
  }

  public boolean contains(Bytes32 hash) {
    long key = key(hash);
    return table[find(key)] == key;
  }

  public int size() {
    return size;
  }

  private void grow() {
    ring = Arrays.copyOf(ring, Math.min(max, 2 * ring.length));
    table = new long[tableFor(ring.length)];
    for (int i = 0; i < size; i++) {
      table[find(ring[i])] = ring[i];
    }
  }

  /** Where {@code key} is, or would be put. */
  private int find(long key) {
    int place = home(key);
    while (table[place] != 0 && table[place] != key) {
      place = place + 1 & table.length - 1;
    }
    return place;
  }

  private int home(long key) {
    return (int) key & table.length - 1;
  }

  /** Takes a key out, and moves those behind it up, so that none is cut off from its home. */
  private void remove(long key) {
    int gap = find(key);
    table[gap] = 0;
    for (int place = gap + 1 & table.length - 1;
        table[place] != 0;
        place = place + 1 & table.length - 1) {
      int fromHome = place - home(table[place]) & table.length - 1;
      int fromGap = place - gap & table.length - 1;
      if (fromHome >= fromGap) {
        table[gap] = table[place];
        table[place] = 0;
        gap = place;
      }
    }
  }
}
