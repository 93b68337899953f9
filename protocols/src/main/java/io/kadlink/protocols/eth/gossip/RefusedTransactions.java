package io.kadlink.protocols.eth.gossip;

import io.kadlink.discovery.loop.Loop;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.tuweni.bytes.Bytes32;

/**
 * Transactions that the pool would not take, and that are not fetched again for a while: longer
 * than gossip of one transaction lasts, and short enough that the pool's mind may have changed with
 * the next blocks. Confined to the protocol's loop.
 */
final class RefusedTransactions {
  /** How long they are remembered. */
  static final Duration MEMORY = Duration.ofSeconds(30);

  /** How many: about 4 MiB. */
  static final int MAX = 32_768;

  private final Loop loop;
  private final Map<Bytes32, Long> refusedAt = new LinkedHashMap<>();

  RefusedTransactions(Loop loop) {
    this.loop = loop;
  }

  void add(Bytes32 hash) {
    refusedAt.remove(hash); // the latest is last
    refusedAt.put(hash, loop.nanoTime());
    if (refusedAt.size() > MAX) {
      Iterator<Bytes32> oldest = refusedAt.keySet().iterator();
      oldest.next();
      oldest.remove();
    }
  }

  boolean contains(Bytes32 hash) {
    Long at = refusedAt.get(hash);
    if (at != null && loop.nanoTime() - at > MEMORY.toNanos()) {
      refusedAt.remove(hash);
      return false;
    }
    return at != null;
  }

  int size() {
    return refusedAt.size();
  }
}
