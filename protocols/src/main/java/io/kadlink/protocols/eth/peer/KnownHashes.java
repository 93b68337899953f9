package io.kadlink.protocols.eth.peer;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.tuweni.bytes.Bytes32;

/**
 * What a peer is known to know. Bounded: the oldest is forgotten first, which at worst tells a peer
 * something twice.
 */
public final class KnownHashes {
  private final Set<Bytes32> hashes = new LinkedHashSet<>();
  private final int max;

  /**
   * @param max how many are remembered
   */
  public KnownHashes(int max) {
    this.max = max;
  }

  /**
   * Remembers {@code hash}.
   *
   * @return whether it was new
   */
  public boolean add(Bytes32 hash) {
    if (!hashes.add(hash)) {
      return false;
    }
    if (hashes.size() > max) {
      Iterator<Bytes32> oldest = hashes.iterator();
      oldest.next();
      oldest.remove();
    }
    return true;
  }

  public boolean contains(Bytes32 hash) {
    return hashes.contains(hash);
  }

  public int size() {
    return hashes.size();
  }
}
