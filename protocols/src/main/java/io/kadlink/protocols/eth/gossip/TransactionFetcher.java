package io.kadlink.protocols.eth.gossip;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.protocols.eth.chain.PooledTransaction;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.chain.TransactionPool;
import io.kadlink.protocols.eth.peer.EthMetrics;
import io.kadlink.protocols.eth.peer.EthPeer;
import io.kadlink.protocols.eth.peer.KnownHashes;
import io.kadlink.protocols.eth.wire.EthLimits;
import io.kadlink.protocols.eth.wire.EthMessage.PooledTransactions;
import io.kadlink.protocols.eth.wire.EthMessage.TransactionAnnouncement;
import io.kadlink.rlpx.wire.DisconnectReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;
import org.apache.tuweni.bytes.Bytes32;
import org.jspecify.annotations.Nullable;

/**
 * Fetches transactions that peers announce and nobody sends. Each hash waits a moment, since it may
 * still arrive whole from someone else; then one of its announcers is asked, the next when that one
 * fails. One request in flight for a hash, one for a peer. A peer can make us remember only so many
 * hashes, and what it delivers must be what it announced.
 */
final class TransactionFetcher {
  /** How long a transaction may still arrive unasked. */
  static final Duration PATIENCE = Duration.ofMillis(200);

  /** Hashes one peer can keep us busy with; what one announcement should hold at most. */
  static final int MAX_WANTED_PER_PEER = EthLimits.SOFT_ANNOUNCEMENTS;

  /** Hashes wanted in all. */
  static final int MAX_WANTED = 8 * MAX_WANTED_PER_PEER;

  /** Announced bytes in one request, so that an answer stays well below its limits. */
  static final int MAX_REQUEST_BYTES = 256 << 10;

  /** Refused by the pool and not fetched again while remembered. */
  private static final int MAX_REFUSED = 32_768;

  /** Announced and real size may differ by this: clients disagree on how to count the type. */
  private static final int SIZE_TOLERANCE = 8;

  private static final int BLOB_TYPE = 3;
  private static final int LAST_KNOWN_TYPE = 4;

  /** A hash we want, who has it, and who has been asked. */
  private static final class Wanted {
    private final Map<EthPeer, TransactionAnnouncement> announcers = new LinkedHashMap<>();
    private @Nullable EthPeer asked;
    private boolean ripe;
  }

  private final TransactionPool pool;
  private final Loop loop;
  private final RandomGenerator random;
  private final EthMetrics metrics;
  private final BiConsumer<EthPeer, Transaction> delivery;
  private final Map<Bytes32, Wanted> wanted = new LinkedHashMap<>();
  private final Map<EthPeer, Set<Bytes32>> byPeer = new LinkedHashMap<>();
  private final Set<EthPeer> busy = new HashSet<>();
  private final KnownHashes refused = new KnownHashes(MAX_REFUSED);

  TransactionFetcher(
      TransactionPool pool,
      Loop loop,
      RandomGenerator random,
      EthMetrics metrics,
      BiConsumer<EthPeer, Transaction> delivery) {
    this.pool = pool;
    this.loop = loop;
    this.random = random;
    this.metrics = metrics;
    this.delivery = delivery;
  }

  void announced(EthPeer by, List<TransactionAnnouncement> announcements) {
    List<Bytes32> fresh = new ArrayList<>();
    Set<Bytes32> ofPeer = byPeer.computeIfAbsent(by, peer -> new LinkedHashSet<>());
    for (TransactionAnnouncement announcement : announcements) {
      Bytes32 hash = announcement.hash();
      by.knownTransactions().add(hash);
      if (pool.contains(hash) || refused.contains(hash)) {
        continue;
      }
      if (announcement.type() == BLOB_TYPE || announcement.type() > LAST_KNOWN_TYPE) {
        metrics.ignored("NewPooledTransactionHashes", "type");
        continue;
      }
      Wanted want = wanted.get(hash);
      if (ofPeer.size() >= MAX_WANTED_PER_PEER || (want == null && wanted.size() >= MAX_WANTED)) {
        metrics.ignored("NewPooledTransactionHashes", "too_many");
        continue;
      }
      if (want == null) {
        want = new Wanted();
        wanted.put(hash, want);
        fresh.add(hash);
      }
      want.announcers.put(by, announcement);
      ofPeer.add(hash);
    }
    if (!fresh.isEmpty()) {
      loop.schedule(PATIENCE, () -> ripen(fresh));
    }
    fetchFrom(by); // hashes that others had announced before
  }

  /** It is in the pool, or never will be. */
  void forget(Bytes32 hash) {
    Wanted want = wanted.remove(hash);
    if (want != null) {
      want.announcers.keySet().forEach(peer -> forgetOf(peer, hash));
    }
  }

  /** The pool does not want it. */
  void refused(Bytes32 hash) {
    refused.add(hash);
  }

  void disconnected(EthPeer peer) {
    busy.remove(peer);
    Set<Bytes32> hashes = byPeer.remove(peer);
    if (hashes != null) {
      List.copyOf(hashes).forEach(hash -> withdraw(peer, hash));
      fetch();
    }
  }

  /** Hashes that are wanted. */
  int size() {
    return wanted.size();
  }

  private void ripen(List<Bytes32> hashes) {
    for (Bytes32 hash : hashes) {
      Wanted want = wanted.get(hash);
      if (want != null) {
        want.ripe = true;
      }
    }
    fetch();
  }

  /** Asks all who are free, in an order nobody can foresee. */
  private void fetch() {
    List<EthPeer> candidates = new ArrayList<>(byPeer.keySet());
    while (!candidates.isEmpty()) {
      fetchFrom(candidates.remove(random.nextInt(candidates.size())));
    }
  }

  private void fetchFrom(EthPeer peer) {
    Set<Bytes32> hashes = byPeer.get(peer);
    if (hashes == null || peer.isOver() || busy.contains(peer)) {
      return;
    }
    List<Bytes32> request = new ArrayList<>();
    long bytes = 0;
    for (Bytes32 hash : hashes) {
      Wanted want = wanted.get(hash);
      if (want == null || !want.ripe || want.asked != null) {
        continue;
      }
      TransactionAnnouncement announcement = want.announcers.get(peer);
      request.add(hash);
      want.asked = peer;
      bytes += announcement == null ? 0 : announcement.sizeBytes();
      if (request.size() == EthLimits.SOFT_TRANSACTION_REQUEST || bytes >= MAX_REQUEST_BYTES) {
        break;
      }
    }
    if (!request.isEmpty()) {
      busy.add(peer);
      peer.requestTransactions(request, answer -> answered(peer, request, answer));
    }
  }

  private void answered(EthPeer peer, List<Bytes32> request, Optional<PooledTransactions> answer) {
    busy.remove(peer);
    // Blob transactions are never asked for, so none has a sidecar.
    List<Transaction> delivered =
        answer.map(PooledTransactions::transactions).orElse(List.of()).stream()
            .map(PooledTransaction::transaction)
            .toList();
    Optional<String> breach = breach(peer, request, delivered);
    if (breach.isPresent()) {
      peer.drop(DisconnectReason.PROTOCOL_BREACH, "PooledTransactions: " + breach.get());
      delivered = List.of();
    }
    Set<Bytes32> got = new HashSet<>();
    delivered.forEach(transaction -> got.add(transaction.hash()));
    // Gaps before the last one delivered are missing there; after it the answer was full.
    boolean beyondLast = !delivered.isEmpty();
    for (int i = request.size() - 1; i >= 0; i--) {
      Bytes32 hash = request.get(i);
      Wanted want = wanted.get(hash);
      if (got.contains(hash)) {
        beyondLast = false;
      } else if (want != null) {
        if (want.asked == peer) {
          want.asked = null;
        }
        if (!beyondLast) {
          forgetOf(peer, hash);
          withdraw(peer, hash);
        }
      }
    }
    if (!got.isEmpty()) {
      peer.succeeded();
    }
    delivered.forEach(transaction -> delivery.accept(peer, transaction));
    fetch();
  }

  /** In what the answer is not one to the request, or not as announced. */
  private Optional<String> breach(
      EthPeer peer, List<Bytes32> request, List<Transaction> delivered) {
    Set<Bytes32> open = new HashSet<>(request);
    for (Transaction transaction : delivered) {
      Bytes32 hash = transaction.hash();
      if (!open.remove(hash)) {
        return Optional.of("transaction " + hash + " was not asked for, or is there twice");
      }
      Wanted want = wanted.get(hash);
      TransactionAnnouncement announced = want == null ? null : want.announcers.get(peer);
      int size = transaction.encoded().size();
      if (announced != null
          && (announced.type() != transaction.type()
              || Math.abs(announced.sizeBytes() - size) > SIZE_TOLERANCE)) {
        return Optional.of(
            "transaction %s of type %d and %d bytes was announced as type %d with %d bytes"
                .formatted(
                    hash, transaction.type(), size, announced.type(), announced.sizeBytes()));
      }
    }
    return Optional.empty();
  }

  /** {@code peer} does not have it after all. */
  private void withdraw(EthPeer peer, Bytes32 hash) {
    Wanted want = wanted.get(hash);
    if (want == null) {
      return;
    }
    want.announcers.remove(peer);
    if (want.asked == peer) {
      want.asked = null;
    }
    if (want.announcers.isEmpty()) {
      wanted.remove(hash);
    }
  }

  private void forgetOf(EthPeer peer, Bytes32 hash) {
    Set<Bytes32> hashes = byPeer.get(peer);
    if (hashes != null) {
      hashes.remove(hash);
    }
  }
}
