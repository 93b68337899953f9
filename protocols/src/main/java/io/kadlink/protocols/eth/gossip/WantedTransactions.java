package io.kadlink.protocols.eth.gossip;

import io.kadlink.protocols.eth.peer.EthPeer;
import io.kadlink.protocols.eth.wire.EthLimits;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.Set;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.jspecify.annotations.Nullable;

/**
 * Transactions that are wanted, who claims to have them, and who has been asked. Bounded for each
 * peer, each transaction, each address network and in all. When all is taken, the peer that has
 * most gives way, so that nobody's flood keeps others from being heard. Confined to the protocol's
 * loop.
 */
final class WantedTransactions {
  /** Of one peer: what one announcement should hold at most. */
  static final int MAX_OF_PEER = EthLimits.SOFT_ANNOUNCEMENTS;

  /** Of all peers in one network: who owns it counts as two. */
  static final int MAX_OF_NETWORK = 2 * MAX_OF_PEER;

  /** Of all peers: about 10 MiB. */
  static final int MAX_CLAIMS = 8 * MAX_OF_PEER;

  /** Peers remembered for one transaction; enough that one of them is honest. */
  static final int MAX_ANNOUNCERS = 32;

  /** Of those, peers in one network, which may all be the same. */
  static final int MAX_ANNOUNCERS_OF_NETWORK = 4;

  private static final SequencedSet<Bytes32> NOTHING =
      Collections.unmodifiableSequencedSet(new LinkedHashSet<>());

  /** What became of a claim. */
  enum Added {
    /** It is the first for its transaction. */
    NEW,
    /** Others had claimed to have it. */
    MORE,
    /** The same peer had said so before. */
    AGAIN,
    /** The same peer had said something else. */
    CONTRADICTION,
    /** Enough others claim to have it. */
    TOO_MANY,
    /** There is no room for anything else of this peer. */
    NO_ROOM
  }

  /** One transaction. */
  static final class Wanted {
    private final Map<EthPeer, Claim> claims = LinkedHashMap.newLinkedHashMap(1);
    private @Nullable EthPeer asked;
    private boolean ripe;
    private boolean arrived;

    /** Whether someone may be asked now: it is due, nobody has been asked, and it is not here. */
    boolean isOpen() {
      return ripe && asked == null && !arrived;
    }

    /** It may be asked for from now on. */
    void ripen() {
      ripe = true;
    }

    void askedOf(EthPeer peer) {
      asked = peer;
    }

    boolean isAskedOf(EthPeer peer) {
      return asked == peer;
    }

    /** Nobody is asked any more. */
    void unasked() {
      asked = null;
    }

    /** It is here and being judged. */
    void arrived() {
      arrived = true;
    }

    /** Nobody has it, and neither do we. */
    private boolean isHopeless() {
      return claims.isEmpty() && !arrived;
    }

    /** What {@code peer} said, if it did. */
    Optional<Claim> claim(EthPeer peer) {
      return Optional.ofNullable(claims.get(peer));
    }

    /** What each peer said, in the order they did. */
    Map<EthPeer, Claim> claims() {
      return claims;
    }
  }

  private final Map<Bytes32, Wanted> wanted = new LinkedHashMap<>();
  private final Map<EthPeer, SequencedSet<Bytes32>> byPeer = new LinkedHashMap<>();
  private final Map<Bytes, Integer> byNetwork = new HashMap<>();
  private int claims;

  /** {@code by} claims to have this transaction. */
  Added add(EthPeer by, Bytes32 hash, Claim claim) {
    Wanted present = wanted.get(hash);
    Claim before = present == null ? null : present.claims.get(by);
    if (present != null && before != null) {
      if (before.contradicts(claim)) {
        return Added.CONTRADICTION;
      }
      present.claims.put(by, claim); // it may have more cells by now
      return Added.AGAIN;
    }
    if (present != null && !hasRoom(by, present)) {
      return Added.TOO_MANY;
    }
    if (isFull(by) || (claims >= MAX_CLAIMS && !makeRoom(by))) {
      return Added.NO_ROOM;
    }
    present = wanted.get(hash); // room may have been made at its expense
    Added added = present == null ? Added.NEW : Added.MORE;
    if (present == null) {
      present = new Wanted();
      wanted.put(hash, present);
    }
    present.claims.put(by, claim);
    byPeer.computeIfAbsent(by, peer -> new LinkedHashSet<>()).add(hash);
    by.network().ifPresent(network -> byNetwork.merge(network, 1, Integer::sum));
    claims++;
    return added;
  }

  /** Whether nothing that {@code peer} claims is remembered any more. */
  private boolean isFull(EthPeer peer) {
    return of(peer).size() >= MAX_OF_PEER
        || peer.network()
            .map(network -> byNetwork.getOrDefault(network, 0) >= MAX_OF_NETWORK)
            .orElse(false);
  }

  private static boolean hasRoom(EthPeer by, Wanted present) {
    if (present.claims.size() >= MAX_ANNOUNCERS) {
      return false;
    }
    Optional<Bytes> network = by.network();
    return network.isEmpty()
        || present.claims.keySet().stream()
                .filter(peer -> peer.network().equals(network))
                .limit(MAX_ANNOUNCERS_OF_NETWORK)
                .count()
            < MAX_ANNOUNCERS_OF_NETWORK;
  }

  /** Takes the latest claim from the peer that has most, unless that is {@code by} itself. */
  private boolean makeRoom(EthPeer by) {
    EthPeer greediest = by;
    for (EthPeer peer : byPeer.keySet()) {
      if (of(peer).size() > of(greediest).size()) {
        greediest = peer;
      }
    }
    if (of(greediest).size() <= of(by).size() + 1) {
      return false;
    }
    for (Bytes32 hash : of(greediest).reversed()) {
      Wanted latest = wanted.get(hash);
      if (latest != null && !latest.isAskedOf(greediest)) {
        withdraw(greediest, hash);
        return true;
      }
    }
    return false;
  }

  Optional<Wanted> find(Bytes32 hash) {
    return Optional.ofNullable(wanted.get(hash));
  }

  /** Peers that claim to have something, a copy. */
  List<EthPeer> peers() {
    return List.copyOf(byPeer.keySet());
  }

  /** What {@code peer} claims to have, in the order it said so. */
  SequencedSet<Bytes32> of(EthPeer peer) {
    SequencedSet<Bytes32> hashes = byPeer.get(peer);
    return hashes == null ? NOTHING : hashes;
  }

  /**
   * {@code peer} does not have it after all; if nobody does, and it is not here, it is forgotten.
   */
  void withdraw(EthPeer peer, Bytes32 hash) {
    Wanted present = wanted.get(hash);
    if (present == null || present.claims.remove(peer) == null) {
      return;
    }
    if (present.asked == peer) {
      present.asked = null;
    }
    if (present.isHopeless()) {
      wanted.remove(hash);
    }
    uncount(peer, hash);
  }

  /** It had arrived, and is lost again. */
  void lost(Bytes32 hash) {
    Wanted present = wanted.get(hash);
    if (present != null) {
      present.arrived = false;
      present.ripe = true;
      if (present.isHopeless()) {
        wanted.remove(hash);
      }
    }
  }

  /** It is not wanted any more. */
  void forget(Bytes32 hash) {
    Wanted present = wanted.remove(hash);
    if (present != null) {
      present.claims.keySet().forEach(peer -> uncount(peer, hash));
    }
  }

  /**
   * A peer has left.
   *
   * @return what it had been asked for or claimed to have, and others may have
   */
  List<Bytes32> left(EthPeer peer) {
    List<Bytes32> hashes = List.copyOf(of(peer));
    hashes.forEach(hash -> withdraw(peer, hash));
    return hashes.stream().filter(wanted::containsKey).toList();
  }

  private void uncount(EthPeer peer, Bytes32 hash) {
    Set<Bytes32> hashes = byPeer.get(peer);
    if (hashes != null && hashes.remove(hash) && hashes.isEmpty()) {
      byPeer.remove(peer);
    }
    peer.network()
        .ifPresent(
            network ->
                byNetwork.computeIfPresent(network, (net, count) -> count == 1 ? null : count - 1));
    claims--;
  }

  /** Transactions that are wanted. */
  int size() {
    return wanted.size();
  }

  /** Who claims to have what, counted. */
  int claims() {
    return claims;
  }
}
