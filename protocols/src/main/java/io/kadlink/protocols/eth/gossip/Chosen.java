package io.kadlink.protocols.eth.gossip;

import io.kadlink.protocols.eth.peer.EthPeer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/** The few peers that get something whole while the others are only told about it. */
final class Chosen {
  private Chosen() {}

  /**
   * The square root of them, rounded up, at random (caps/eth.md §Block Propagation, §Transaction
   * Exchange): enough that everyone is reached in a few steps, and few copies go twice.
   */
  static Set<EthPeer> of(List<EthPeer> peers, RandomGenerator random) {
    List<EthPeer> left = new ArrayList<>(peers);
    int count = (int) Math.ceil(Math.sqrt(peers.size()));
    Set<EthPeer> chosen = new HashSet<>();
    while (chosen.size() < count) {
      int index = random.nextInt(left.size());
      chosen.add(left.get(index));
      left.set(index, left.getLast());
      left.removeLast();
    }
    return chosen;
  }
}
