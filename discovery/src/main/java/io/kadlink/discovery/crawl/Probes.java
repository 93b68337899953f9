package io.kadlink.discovery.crawl;

import io.kadlink.discovery.lookup.Target;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.PublicKey;
import io.kadlink.identity.crypto.Keccak256;
import java.util.Arrays;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;

/**
 * Targets that make a node tell what is in one of its buckets: a target whose id has that
 * logarithmic distance from the node. discv4 wants a public key that hashes to the target, and one
 * can't be computed, so a few thousand random keys are hashed once, sorted by id, and the one that
 * begins with the wanted bits is looked up.
 */
final class Probes {
  /**
   * Keys hashed. They reach about {@code log2(KEYS)} buckets deep, and nearer nodes a node tells
   * when it is asked for itself: enough for networks of {@code 16 * KEYS} nodes. Takes 0.3 MB and a
   * few milliseconds.
   */
  static final int KEYS = 4_096;

  private final byte[] keys = new byte[KEYS * PublicKey.BYTES];

  /** The first bits of each key's id, and the key's index: sorted by id. */
  private final long[] sorted = new long[KEYS];

  private static final int INDEX_BITS = Integer.numberOfTrailingZeros(KEYS);
  private static final long INDEX_MASK = KEYS - 1L;

  Probes(RandomGenerator random) {
    random.nextBytes(keys);
    for (int i = 0; i < KEYS; i++) {
      sorted[i] = (firstBits(target(i).id()) & ~INDEX_MASK) | i;
    }
    // as unsigned numbers: the order of the ids
    flipSigns();
    Arrays.sort(sorted);
    flipSigns();
  }

  private void flipSigns() {
    for (int i = 0; i < KEYS; i++) {
      sorted[i] ^= Long.MIN_VALUE;
    }
  }

  /**
   * A target at this logarithmic distance from {@code node}: 256 is the far half of all ids. Empty
   * when no key is there.
   */
  Optional<Target> at(NodeId node, int logDistance) {
    int shared = 256 - logDistance;
    if (shared < 0 || shared >= Long.SIZE - INDEX_BITS) {
      return Optional.empty();
    }
    long flipped = firstBits(node) ^ (1L << (Long.SIZE - 1 - shared));
    long from = flipped & (-1L << (Long.SIZE - 1 - shared));
    int low = 0;
    int high = KEYS;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (Long.compareUnsigned(sorted[middle], from) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    if (low == KEYS) {
      return Optional.empty();
    }
    Target found = target((int) (sorted[low] & INDEX_MASK));
    return Optional.of(found).filter(target -> node.logDistance(target.id()) == logDistance);
  }

  private Target target(int index) {
    int start = index * PublicKey.BYTES;
    byte[] key = Arrays.copyOfRange(keys, start, start + PublicKey.BYTES);
    return new Target(new NodeId(Bytes32.wrap(Keccak256.hash(key))), Bytes.wrap(key));
  }

  private static long firstBits(NodeId id) {
    return id.bytes().getLong(0);
  }
}
