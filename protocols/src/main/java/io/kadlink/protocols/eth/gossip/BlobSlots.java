package io.kadlink.protocols.eth.gossip;

import io.kadlink.protocols.eth.peer.EthPeer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.tuweni.bytes.Bytes32;

/**
 * How many blob transactions are fetched, put together and verified at a time, which bounds the
 * memory they take: up to about 1.5 MiB each. Confined to the protocol's loop.
 */
final class BlobSlots {
  /** In all: 24 MiB. */
  static final int MAX = 16;

  /** Asked of one peer, so that one that keeps silent leaves room for others. */
  static final int MAX_OF_PEER = 2;

  private final Map<Bytes32, EthPeer> taken = new LinkedHashMap<>();

  /** Takes a slot for a transaction that {@code peer} is about to be asked for; false when full. */
  boolean take(EthPeer peer, Bytes32 hash) {
    if (taken.size() >= MAX
        || taken.values().stream().filter(peer::equals).limit(MAX_OF_PEER).count() == MAX_OF_PEER) {
      return false;
    }
    taken.put(hash, peer);
    return true;
  }

  /**
   * Gives the slot of a transaction back.
   *
   * @return whether it had one
   */
  boolean release(Bytes32 hash) {
    return taken.remove(hash) != null;
  }

  int size() {
    return taken.size();
  }
}
