package io.kadlink.protocols.eth.gossip;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.protocols.eth.chain.Kzg;
import io.kadlink.protocols.eth.chain.PooledTransaction;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.chain.TransactionCodec;
import io.kadlink.protocols.eth.chain.TransactionPool;
import io.kadlink.protocols.eth.gossip.WantedTransactions.Wanted;
import io.kadlink.protocols.eth.peer.EthMetrics;
import io.kadlink.protocols.eth.peer.EthPeer;
import io.kadlink.protocols.eth.peer.OffLoop;
import io.kadlink.protocols.eth.wire.EthLimits;
import io.kadlink.protocols.eth.wire.EthMessage.NewPooledTransactionHashes;
import io.kadlink.protocols.eth.wire.EthMessage.PooledTransactions;
import io.kadlink.protocols.eth.wire.EthMessage.TransactionAnnouncement;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.server.reputation.Behaviour;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.apache.tuweni.bytes.Bytes32;

/**
 * Fetches transactions that peers announce and nobody sends. Each hash waits a moment, since it may
 * still arrive whole from someone else; then one of its announcers is asked, the next when that one
 * fails. One request in flight for a hash, one for a peer. What a peer delivers must be what it
 * announced, and when a transaction is known, whoever announced another size or type is found out.
 *
 * <p>Who answers with less than was asked is asked for less: a peer that trickles keeps only few
 * transactions from being asked of others. Who gives none of {@value #MAX_BROKEN_PROMISES} that it
 * announced, one after the other, is of no use.
 */
final class TransactionFetcher implements BlobFetcher.Sources {
  /** How long a transaction may still arrive unasked. */
  static final Duration PATIENCE = Duration.ofMillis(200);

  /** Announced bytes in one request, so that an answer stays well below its limits. */
  static final int MAX_REQUEST_BYTES = 256 << 10;

  /** Announced bytes that all peers together have been asked for and not sent yet. */
  static final long MAX_BYTES_IN_FLIGHT = 16L << 20;

  /** Hashes asked of a peer that trickles; others are asked for the rest. */
  static final int MIN_REQUEST = 4;

  /** Announced in a row and not given when asked: four full requests. */
  static final int MAX_BROKEN_PROMISES = 4 * EthLimits.SOFT_TRANSACTION_REQUEST;

  private static final int LAST_KNOWN_TYPE = 4;

  /** How a peer is asked. */
  private static final class Conduct {
    private boolean busy;
    private int window = EthLimits.SOFT_TRANSACTION_REQUEST;
    private int brokenPromises;
  }

  private record Request(List<Bytes32> hashes, long bytes) {}

  private record Ripening(Bytes32 hash, long atNanos) {}

  private final TransactionPool pool;
  private final Loop loop;
  private final RandomGenerator random;
  private final EthMetrics metrics;
  private final RefusedTransactions refused;
  private final TransactionIntake intake;
  private final BlobFetcher blobs;
  private final BlobSlots slots = new BlobSlots();
  private final WantedTransactions wanted = new WantedTransactions();
  private final Map<EthPeer, Conduct> conducts = new HashMap<>();
  private final Deque<Ripening> ripening = new ArrayDeque<>();
  private boolean timerRuns;
  private long bytesInFlight;
  private boolean starved;

  TransactionFetcher(
      TransactionPool pool, Work work, EthMetrics metrics, Supplier<Optional<Kzg>> kzg) {
    this.pool = pool;
    this.loop = work.loop();
    this.random = work.random();
    this.metrics = metrics;
    this.refused = new RefusedTransactions(loop);
    this.intake = new TransactionIntake(pool, loop, metrics, refused, this);
    this.blobs =
        new BlobFetcher(
            pool, kzg, new OffLoop(work.computation(), loop), loop, random, metrics, refused, this);
  }

  /** Where the work is done, and how chance comes in. */
  record Work(Loop loop, Executor computation, RandomGenerator random) {}

  void announced(EthPeer by, NewPooledTransactionHashes message) {
    int left = message.announcements().size();
    for (TransactionAnnouncement announcement : message.announcements()) {
      if (by.isOver()) {
        return;
      }
      by.knownTransactions().add(announcement.hash());
      if (!announced(by, announcement.hash(), Claim.of(announcement, message.cells()))) {
        break; // there is no room for the rest either, and floods must be cheap
      }
      left--;
    }
    if (left > 0) {
      metrics.ignored(message.name(), "too_many", left);
    }
    if (left >= EthLimits.SOFT_ANNOUNCEMENTS / 2) {
      by.report(Behaviour.MINOR_FAULT, "announces more than it may");
    }
    metrics.wantedTransactions(wanted.size(), wanted.claims());
    ripenLater();
    fetchFrom(by); // hashes that others had announced before
  }

  /** Whether there is room for more of this peer. */
  private boolean announced(EthPeer by, Bytes32 hash, Claim claim) {
    if (pool.contains(hash) || refused.contains(hash)) {
      return true;
    }
    if (claim.type() > LAST_KNOWN_TYPE) {
      metrics.ignored("NewPooledTransactionHashes", "type");
      return true;
    }
    if (claim.sizeBytes() > TransactionCodec.MAX_TRANSACTION_BYTES) {
      metrics.ignored("NewPooledTransactionHashes", "size");
      return true;
    }
    switch (wanted.add(by, hash, claim)) {
      case NEW -> {
        if (claim.isBlob()) {
          wanted.find(hash).ifPresent(Wanted::ripen); // it never comes unasked
        } else {
          ripening.add(new Ripening(hash, loop.nanoTime() + PATIENCE.toNanos()));
        }
      }
      case MORE, AGAIN -> {
        if (claim.isBlob()) {
          blobs.announced(hash);
        }
      }
      case TOO_MANY -> metrics.ignored("NewPooledTransactionHashes", "too_many");
      case NO_ROOM -> {
        return false;
      }
      case CONTRADICTION ->
          by.drop(
              DisconnectReason.PROTOCOL_BREACH,
              "NewPooledTransactionHashes: transaction " + hash + " with another type or size");
    }
    return true;
  }

  /** A transaction has come unasked. */
  void told(EthPeer from, Transaction transaction) {
    arrived(transaction);
    intake.told(from, transaction);
  }

  /**
   * A transaction has come, from whomever: it is not asked for, and who announced something else is
   * found out.
   */
  void arrived(Transaction transaction) {
    Bytes32 hash = transaction.hash();
    wanted
        .find(hash)
        .ifPresent(
            present -> {
              present.arrived();
              List.copyOf(present.claims().entrySet())
                  .forEach(claim -> hold(claim.getKey(), claim.getValue(), transaction));
            });
  }

  private static void hold(EthPeer peer, Claim claim, Transaction transaction) {
    if (!claim.fits(transaction, peer.version())) {
      peer.drop(DisconnectReason.PROTOCOL_BREACH, otherwise(claim, transaction));
    }
  }

  private static String otherwise(Claim claim, Transaction transaction) {
    return "transaction %s of type %d and %d bytes was announced as type %d with %d bytes"
        .formatted(
            transaction.hash(),
            transaction.type(),
            transaction.encoded().size(),
            claim.type(),
            claim.sizeBytes());
  }

  /** What had come is gone, with whoever sent it: others may be asked. */
  @Override
  public void lost(Bytes32 hash) {
    wanted.lost(hash);
    release(hash);
    fetchFromAll(announcersOf(List.of(hash)));
  }

  @Override
  public Map<EthPeer, Claim> claims(Bytes32 hash) {
    return wanted.find(hash).map(Wanted::claims).orElse(Map.of());
  }

  @Override
  public void withdraw(EthPeer peer, Bytes32 hash) {
    wanted.withdraw(peer, hash);
  }

  /** Its slot is free, others may be waiting for one. */
  private void release(Bytes32 hash) {
    if (slots.release(hash)) {
      metrics.blobsInTheMaking(slots.size());
      if (starved) {
        loop.execute(this::feed);
      }
    }
  }

  private void feed() {
    if (starved) {
      starved = false;
      fetchFromAll(new LinkedHashSet<>(wanted.peers()));
    }
  }

  /** It is in the pool, or has been refused: nobody needs to be asked. */
  @Override
  public void settled(Bytes32 hash) {
    wanted.forget(hash);
    release(hash);
    metrics.wantedTransactions(wanted.size(), wanted.claims());
  }

  void disconnected(EthPeer peer) {
    conducts.remove(peer);
    intake.disconnected(peer);
    fetchFromAll(announcersOf(wanted.left(peer)));
    metrics.wantedTransactions(wanted.size(), wanted.claims());
  }

  private void ripenLater() {
    if (!timerRuns && !ripening.isEmpty()) {
      timerRuns = true;
      loop.schedule(Duration.ofNanos(ripening.getFirst().atNanos() - loop.nanoTime()), this::ripen);
    }
  }

  private void ripen() {
    timerRuns = false;
    List<Bytes32> ripe = new ArrayList<>();
    while (!ripening.isEmpty() && ripening.getFirst().atNanos() - loop.nanoTime() <= 0) {
      Bytes32 hash = ripening.removeFirst().hash();
      wanted.find(hash).ifPresent(Wanted::ripen);
      ripe.add(hash);
    }
    fetchFromAll(announcersOf(ripe));
    ripenLater();
  }

  private Set<EthPeer> announcersOf(Collection<Bytes32> hashes) {
    Set<EthPeer> announcers = new LinkedHashSet<>();
    for (Bytes32 hash : hashes) {
      wanted
          .find(hash)
          .filter(Wanted::isOpen)
          .ifPresent(present -> announcers.addAll(present.claims().keySet()));
    }
    return announcers;
  }

  /** Asks those who are free, in an order nobody can foresee. */
  private void fetchFromAll(Set<EthPeer> announcers) {
    List<EthPeer> candidates = new ArrayList<>(announcers);
    while (!candidates.isEmpty()) {
      int index = random.nextInt(candidates.size());
      EthPeer next = candidates.set(index, candidates.getLast());
      candidates.removeLast();
      fetchFrom(next);
    }
  }

  private void fetchFrom(EthPeer peer) {
    Set<Bytes32> hashes = wanted.of(peer);
    if (hashes.isEmpty() || peer.isOver()) {
      return;
    }
    Conduct conduct = conducts.computeIfAbsent(peer, one -> new Conduct());
    if (conduct.busy) {
      return;
    }
    List<Bytes32> asked = new ArrayList<>();
    long bytes = 0;
    for (Bytes32 hash : hashes) {
      Wanted want = wanted.find(hash).orElseThrow();
      if (!want.isOpen()) {
        continue;
      }
      long more = bytes + want.claim(peer).orElseThrow().sizeBytes();
      if (!asked.isEmpty() && more > MAX_REQUEST_BYTES) {
        break;
      }
      if (bytesInFlight > 0 && bytesInFlight + more > MAX_BYTES_IN_FLIGHT) {
        starved = true;
        break;
      }
      if (want.claim(peer).orElseThrow().isBlob() && !slots.take(peer, hash)) {
        starved = true;
        continue;
      }
      bytes = more;
      asked.add(hash);
      want.askedOf(peer);
      if (asked.size() >= conduct.window) {
        break;
      }
    }
    if (!asked.isEmpty()) {
      Request request = new Request(List.copyOf(asked), bytes);
      metrics.blobsInTheMaking(slots.size());
      conduct.busy = true;
      bytesInFlight += bytes;
      peer.requestTransactions(asked, answer -> answered(peer, conduct, request, answer));
    }
  }

  private void answered(
      EthPeer peer, Conduct conduct, Request request, Optional<PooledTransactions> answer) {
    conduct.busy = false;
    bytesInFlight -= request.bytes();
    List<PooledTransaction> delivered =
        answer.map(PooledTransactions::transactions).orElse(List.of());
    Optional<String> breach = breach(peer, request, delivered);
    if (breach.isPresent()) {
      peer.drop(DisconnectReason.PROTOCOL_BREACH, "PooledTransactions: " + breach.get());
      delivered = List.of();
    }
    List<Bytes32> others = withoutAnswer(peer, request, delivered);
    if (answer.isPresent() && breach.isEmpty()) {
      judge(peer, conduct, request, delivered.size());
    }
    for (PooledTransaction transaction : delivered) {
      arrived(transaction.transaction());
      if (transaction.transaction().type() == Claim.BLOB_TYPE) {
        blobs.delivered(peer, transaction);
      } else {
        intake.fetched(peer, transaction.transaction());
      }
    }
    Set<EthPeer> next = announcersOf(others);
    next.add(peer);
    fetchFromAll(next);
    feed();
    metrics.wantedTransactions(wanted.size(), wanted.claims());
  }

  /** What did not come may be asked of others; returns it. */
  private List<Bytes32> withoutAnswer(
      EthPeer peer, Request request, List<PooledTransaction> delivered) {
    Set<Bytes32> got = new HashSet<>();
    delivered.forEach(transaction -> got.add(transaction.hash()));
    List<Bytes32> missing = new ArrayList<>();
    // Gaps before the last one delivered are missing there; after it the answer was full.
    boolean beyondLast = !delivered.isEmpty();
    for (Bytes32 hash : request.hashes().reversed()) {
      Optional<Wanted> want = wanted.find(hash).filter(one -> one.isAskedOf(peer));
      want.ifPresent(Wanted::unasked);
      if (got.contains(hash)) {
        beyondLast = false;
      } else {
        if (!beyondLast) {
          wanted.withdraw(peer, hash);
        }
        want.ifPresent(still -> missing.add(hash));
        release(hash);
      }
    }
    return missing;
  }

  private static void judge(EthPeer peer, Conduct conduct, Request request, int delivered) {
    int asked = request.hashes().size();
    conduct.window =
        Math.clamp(
            2L * (delivered == asked ? conduct.window : delivered),
            MIN_REQUEST,
            EthLimits.SOFT_TRANSACTION_REQUEST);
    if (delivered > 0) {
      conduct.brokenPromises = 0;
      peer.succeeded();
      return;
    }
    // It may have gone into a block meanwhile; not a thousand of them.
    peer.report(Behaviour.MINOR_FAULT, "gave none of " + asked + " transactions it announced");
    conduct.brokenPromises += asked;
    if (conduct.brokenPromises >= MAX_BROKEN_PROMISES) {
      peer.drop(
          DisconnectReason.USELESS_PEER,
          "announced " + conduct.brokenPromises + " transactions and gave none");
    }
  }

  /** In what the answer is not one to the request, or not as announced. */
  private Optional<String> breach(
      EthPeer peer, Request request, List<PooledTransaction> delivered) {
    Set<Bytes32> open = new HashSet<>(request.hashes());
    for (PooledTransaction pooled : delivered) {
      Transaction transaction = pooled.transaction();
      if (!open.remove(transaction.hash())) {
        return Optional.of(
            "transaction " + transaction.hash() + " was not asked for, or is there twice");
      }
      Optional<Claim> claim = wanted.find(transaction.hash()).flatMap(want -> want.claim(peer));
      if (claim.isPresent() && !claim.get().fits(transaction, peer.version())) {
        return Optional.of(otherwise(claim.get(), transaction));
      }
      if (transaction.type() == Claim.BLOB_TYPE) {
        Optional<String> blobs = BlobFetcher.breach(peer.version(), pooled);
        if (blobs.isPresent()) {
          return blobs;
        }
      }
    }
    return Optional.empty();
  }
}
