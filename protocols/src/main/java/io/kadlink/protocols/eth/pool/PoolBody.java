package io.kadlink.protocols.eth.pool;

import io.kadlink.protocols.eth.chain.BlobSidecar;
import io.kadlink.protocols.eth.chain.PooledTransaction;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.chain.TransactionPayload;
import io.kadlink.protocols.eth.pool.Refusal.Cause;
import io.kadlink.protocols.eth.rules.TransactionRules;
import io.kadlink.protocols.eth.state.Account;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a pool holds, and how it changes. Under the pool's lock, but for {@link #blobs}. */
final class PoolBody {
  private static final Logger LOG = LoggerFactory.getLogger(PoolBody.class);

  private final TransactionRules rules;
  private final PoolLimits limits;
  private final SenderRules senderRules;
  private final PoolMetrics metrics;
  private final BlobShelf blobs;
  private final LocalJournal journal;

  private final Map<Bytes32, PoolEntry> byHash = new LinkedHashMap<>();
  private final PoolSection ordinary;
  private final PoolSection withBlobs;
  private final IncludedBlobs included;
  private final Map<Bytes, Integer> authorizing = new HashMap<>();
  private int locals;

  PoolBody(
      TransactionRules rules,
      PoolLimits limits,
      BlobShelf blobs,
      LocalJournal journal,
      PoolMetrics metrics) {
    this.rules = rules;
    this.limits = limits;
    this.senderRules = new SenderRules(limits);
    this.blobs = blobs;
    this.journal = journal;
    this.metrics = metrics;
    this.ordinary =
        new PoolSection(limits.transactions(), limits.bytes(), limits.guaranteedPerSender());
    this.withBlobs =
        new PoolSection(limits.transactions(), limits.blobBytes(), limits.guaranteedPerSender());
    this.included = new IncludedBlobs(blobs, limits.blobBytes());
  }

  /** What became of an entry. */
  sealed interface Added {
    /** Those that have become executable, in order. */
    record Yes(List<PoolEntry> executable) implements Added {}

    record No(Refusal refusal) implements Added {}
  }

  private PoolSection section(PoolEntry entry) {
    return entry.isBlob() ? withBlobs : ordinary;
  }

  /** Why the entry could not be taken now. */
  Optional<Refusal> refusal(PoolEntry entry, HeadView view) {
    PoolSection own = section(entry);
    PoolSection other = entry.isBlob() ? ordinary : withBlobs;
    Optional<Refusal> refusal =
        senderRules.refusal(
            entry,
            view,
            own.of(entry.sender()),
            other.of(entry.sender()),
            authorizing.containsKey(entry.sender()));
    if (refusal.isPresent()) {
      return refusal;
    }
    for (Bytes authority : entry.authorities()) {
      refusal =
          SenderRules.authorityRefusal(authority, ordinary.of(authority), withBlobs.of(authority));
      if (refusal.isPresent()) {
        return refusal;
      }
    }
    if (entry.local() && locals >= PoolLimits.MAX_LOCAL) {
      return Optional.of(
          new Refusal(Cause.FULL, "there are " + locals + " transactions of our own already"));
    }
    return view.objection(entry.transaction().payload())
        .map(objection -> new Refusal(Cause.UNSUPPORTED, objection));
  }

  /** Takes the entry if it can be taken; others may have to go. */
  Added add(PoolEntry entry, PooledTransaction pooled, HeadView view) {
    Optional<Refusal> refusal = refusal(entry, view);
    if (refusal.isPresent()) {
      return new Added.No(refusal.get());
    }
    PoolSection section = section(entry);
    SenderQueue queue = section.of(entry.sender());
    long accountNonce = view.account(entry.sender()).nonce();
    PoolEntry replaced = queue == null ? null : queue.at(entry.nonce());
    boolean executable =
        queue == null
            ? entry.nonce() == accountNonce
            : entry.nonce() == queue.firstGap() || queue.isExecutable(entry.nonce());
    List<PoolEntry> gone = new ArrayList<>();
    if (!executable && !entry.local() && replaced == null && queuedSize() >= limits.queued()) {
      Optional<PoolEntry> cheaper = section.cheaperQueued(entry, view.next());
      if (cheaper.isEmpty()) {
        return new Added.No(
            new Refusal(
                Cause.FULL,
                limits.queued()
                    + " transactions wait for a nonce before them and none is worth less, at most"
                    + " as many may"));
      }
      gone.add(cheaper.get());
    }
    Optional<List<PoolEntry>> victims = section.victims(entry, replaced, executable, view.next());
    if (victims.isEmpty() && !entry.local()) {
      return new Added.No(
          new Refusal(
              Cause.FULL, "the pool is full and no transaction that may give way pays less"));
    }
    if (entry.local()) {
      try {
        journal.put(pooled);
      } catch (IOException e) {
        LOG.warn("transaction {} can't be kept", entry.hash(), e);
        return new Added.No(Refusal.unwritten(e));
      }
    }
    gone.addAll(victims.orElse(List.of()));
    gone.forEach(victim -> drop(victim, DropReason.EVICTED, view));
    if (replaced != null) {
      forget(replaced, DropReason.REPLACED);
    }
    byHash.put(entry.hash(), entry);
    entry.authorities().forEach(authority -> authorizing.merge(authority, 1, Integer::sum));
    locals += entry.local() ? 1 : 0;
    return new Added.Yes(section.put(entry, accountNonce, view.next()));
  }

  /** An entry that others have brought turns out to be this node's own. */
  void makeLocal(PoolEntry entry, HeadView view) {
    if (entry.local() || locals >= PoolLimits.MAX_LOCAL) {
      return;
    }
    Optional<PooledTransaction> whole =
        entry.isBlob()
            ? blobs.get(entry.hash())
            : Optional.of(PooledTransaction.of(entry.transaction()));
    if (whole.isEmpty()) {
      return;
    }
    try {
      journal.put(whole.get());
    } catch (IOException e) {
      LOG.warn("transaction {} of our own can't be kept", entry.hash(), e);
      return;
    }
    PoolEntry local = entry.asLocal();
    byHash.put(local.hash(), local);
    locals++;
    section(local).put(local, view.account(local.sender()).nonce(), view.next());
  }

  private void drop(PoolEntry entry, DropReason reason, HeadView view) {
    section(entry).remove(entry, view.next());
    forget(entry, reason);
  }

  /** Takes back all that there is of an entry besides its place in its sender's queue. */
  private void forget(PoolEntry entry, DropReason reason) {
    if (!byHash.remove(entry.hash(), entry)) {
      return;
    }
    metrics.count(reason);
    LOG.debug("transaction {} leaves the pool: {}", entry.hash(), reason);
    entry
        .authorities()
        .forEach(
            authority ->
                authorizing.computeIfPresent(
                    authority, (key, count) -> count == 1 ? null : count - 1));
    if (entry.local()) {
      locals--;
      if (reason != DropReason.BALANCE) {
        journal.remove(entry.hash()); // there may be enough again at another start
      }
    }
    if (entry.isBlob() && reason != DropReason.INCLUDED) {
      blobs.remove(entry.hash());
    }
  }

  /**
   * Judges all by another head.
   *
   * @param accounts those of {@link #senders}, looked up before
   * @param before the head before it
   * @param returned transactions of blocks that no longer count
   * @return what has become executable
   */
  List<PoolEntry> review(
      HeadView view,
      Map<Bytes, Account> accounts,
      @Nullable HeadView before,
      List<Transaction> returned) {
    NextBlock next = view.next();
    boolean newFork = before == null || before.next().fork() != next.fork();
    HeadReview review = new HeadReview(rules, view, newFork);
    List<PoolEntry> executable = new ArrayList<>();
    included.forget(next.number());
    for (PoolSection section : List.of(ordinary, withBlobs)) {
      for (SenderQueue queue : section.all()) {
        Account account = accounts.computeIfAbsent(queue.sender(), view::account);
        Set<PoolEntry> had = Set.copyOf(queue.executable());
        review
            .drops(queue, account)
            .forEach(
                (entry, reason) -> {
                  if (entry.isBlob() && reason == DropReason.INCLUDED) {
                    included.add(entry, next.number());
                  }
                  drop(entry, reason, view);
                });
        if (queue.isEmpty()) {
          continue;
        }
        section.settle(queue, account.nonce(), next);
        queue.queued().stream()
            .filter(review::isStale)
            .toList()
            .forEach(entry -> drop(entry, DropReason.GAP, view));
        queue.executable().stream().filter(entry -> !had.contains(entry)).forEach(executable::add);
      }
    }
    returned.stream()
        .limit(limits.transactions())
        .forEach(transaction -> executable.addAll(takeBack(transaction, view)));
    return executable;
  }

  private List<PoolEntry> takeBack(Transaction transaction, HeadView view) {
    if (byHash.containsKey(transaction.hash())
        || rules.fault(transaction, view.next().fork()).isPresent()) {
      return List.of();
    }
    PoolEntry entry;
    if (transaction.payload() instanceof TransactionPayload.Blob) {
      PoolEntry kept = included.take(transaction.hash());
      if (kept == null) {
        return List.of();
      }
      entry = kept;
    } else {
      int bytes = transaction.encoded().size();
      entry =
          new PoolEntry(
              transaction,
              transaction.sender().orElseThrow(),
              bytes,
              bytes,
              Set.of(),
              BlobSidecar.Form.CELL_PROOFS,
              false,
              view.next().number());
    }
    Added added = add(entry, PooledTransaction.of(transaction), view);
    if (added instanceof Added.Yes yes) {
      return yes.executable();
    }
    if (entry.isBlob()) {
      blobs.remove(entry.hash());
    }
    return List.of();
  }

  /** Whose accounts a review looks at. */
  List<Bytes> senders() {
    List<Bytes> senders = new ArrayList<>();
    for (PoolSection section : List.of(ordinary, withBlobs)) {
      section.all().forEach(queue -> senders.add(queue.sender()));
    }
    return senders;
  }

  @Nullable PoolEntry get(Bytes32 hash) {
    return byHash.get(hash);
  }

  /** Thread-safe. */
  BlobShelf blobs() {
    return blobs;
  }

  int size() {
    return byHash.size();
  }

  int queuedSize() {
    return ordinary.queuedSize() + withBlobs.queuedSize();
  }

  long bytes() {
    return ordinary.bytes();
  }

  long blobBytes() {
    return withBlobs.bytes() + included.bytes();
  }

  /** The nonce after the sender's executable transactions, if it has any at all. */
  Optional<Long> firstGap(Bytes sender) {
    SenderQueue queue = ordinary.of(sender);
    queue = queue == null ? withBlobs.of(sender) : queue;
    return Optional.ofNullable(queue).map(SenderQueue::firstGap);
  }

  /** Longest known first. */
  List<Bytes32> executableHashes(int max) {
    return byHash.values().stream()
        .filter(
            entry -> {
              SenderQueue queue = section(entry).of(entry.sender());
              return queue != null && queue.isExecutable(entry.nonce());
            })
        .limit(max)
        .map(PoolEntry::hash)
        .toList();
  }

  List<List<Transaction>> executable() {
    List<List<Transaction>> queues = new ArrayList<>();
    for (PoolSection section : List.of(ordinary, withBlobs)) {
      for (SenderQueue queue : section.all()) {
        if (queue.executableCount() > 0) {
          queues.add(transactions(queue.executable()));
        }
      }
    }
    return queues;
  }

  PoolContent content(boolean stateKnown) {
    Map<Bytes, List<Transaction>> ready = new TreeMap<>();
    Map<Bytes, List<Transaction>> waiting = new TreeMap<>();
    for (PoolSection section : List.of(ordinary, withBlobs)) {
      for (SenderQueue queue : section.all()) {
        List<PoolEntry> executable = stateKnown ? queue.executable() : List.of();
        List<PoolEntry> queued = stateKnown ? queue.queued() : List.copyOf(queue.all());
        if (!executable.isEmpty()) {
          ready.put(queue.sender(), transactions(executable));
        }
        if (!queued.isEmpty()) {
          waiting.put(queue.sender(), transactions(queued));
        }
      }
    }
    return new PoolContent(ready, waiting);
  }

  private static List<Transaction> transactions(List<PoolEntry> entries) {
    return entries.stream().map(PoolEntry::transaction).toList();
  }
}
