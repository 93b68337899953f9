package io.kadlink.protocols.eth.pool;

import io.kadlink.protocols.eth.chain.BlobSidecar;
import io.kadlink.protocols.eth.chain.CellMask;
import io.kadlink.protocols.eth.chain.Chain.Subscription;
import io.kadlink.protocols.eth.chain.Kzg;
import io.kadlink.protocols.eth.chain.PooledTransaction;
import io.kadlink.protocols.eth.chain.PooledTransactionCodec;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.chain.TransactionPayload;
import io.kadlink.protocols.eth.chain.TransactionPool;
import io.kadlink.protocols.eth.pool.Refusal.Cause;
import io.kadlink.protocols.eth.rules.Delegation;
import io.kadlink.protocols.eth.rules.Fork;
import io.kadlink.protocols.eth.rules.TransactionRules;
import io.kadlink.protocols.eth.state.Account;
import io.kadlink.protocols.eth.trie.MissingNodeException;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Transactions that the state at the head can pay for, ordered by nonce for each sender. Those up
 * to the first gap in the nonces are executable: only they are told, announced and put into blocks.
 *
 * <p>Answers come at once and from any thread, so one lock guards the content. Whatever is dear
 * happens outside it: recovery of signatures, proofs of blobs, listeners. A transaction is judged
 * before that, so that only what could be taken is worth the effort, and again when it is put in.
 */
public final class Mempool implements TransactionPool {
  private static final Logger LOG = LoggerFactory.getLogger(Mempool.class);

  private static final Refusal UNKNOWN =
      new Refusal(Cause.STATE_UNKNOWN, "the state at the head is not known here");

  private final Supplier<Optional<Kzg>> kzg;
  private final StaticRules staticRules;
  private final PoolMetrics metrics;
  private final List<Consumer<Transaction>> listeners = new CopyOnWriteArrayList<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final LocalJournal journal;
  private final PoolBody body;
  private boolean journalRead;

  /** Null when the state at the head is not known. */
  private @Nullable HeadView head;

  /**
   * An empty pool that takes nothing before its first {@link #onHead head}.
   *
   * @param kzg asked for when the first blob is to be verified
   */
  public Mempool(
      TransactionRules rules,
      PoolLimits limits,
      PoolFiles files,
      Supplier<Optional<Kzg>> kzg,
      MeterRegistry meters) {
    this.kzg = kzg;
    this.staticRules = new StaticRules(rules, limits);
    this.metrics = new PoolMetrics(meters);
    this.journal = new LocalJournal(files.locals());
    this.body = new PoolBody(rules, limits, new BlobShelf(files.blobs()), journal, metrics);
    meters.gauge("kadlink.chain.pool", this, Mempool::size);
    meters.gauge("kadlink.chain.pool.queued", this, pool -> pool.locked(body::queuedSize));
    meters.gauge("kadlink.chain.pool.bytes", this, pool -> pool.locked(body::bytes));
    meters.gauge("kadlink.chain.pool.blob.bytes", this, pool -> pool.locked(body::blobBytes));
  }

  private <T> T locked(Supplier<T> action) {
    lock.lock();
    try {
      return action.get();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Verdict add(PooledTransaction pooled) {
    return add(pooled, false);
  }

  @Override
  public Verdict addLocal(PooledTransaction pooled) {
    return add(pooled, true);
  }

  private Verdict add(PooledTransaction pooled, boolean local) {
    Attempt attempt;
    try {
      attempt = attempt(pooled, local);
    } catch (MissingNodeException e) {
      // The chain has gone on by more states than it keeps, and is about to say so.
      LOG.debug("transaction {} can't be judged", pooled.hash(), e);
      attempt = Attempt.refused(UNKNOWN);
    }
    metrics.count(attempt.verdict());
    if (attempt.refusal() != null) {
      metrics.count(attempt.refusal());
      LOG.debug("transaction {} is refused: {}", pooled.hash(), attempt.refusal().reason());
    }
    attempt.executable().forEach(entry -> tell(entry.transaction()));
    return attempt.verdict();
  }

  /** What became of a transaction, and what is executable by it. */
  private record Attempt(Verdict verdict, @Nullable Refusal refusal, List<PoolEntry> executable) {
    static final Attempt KNOWN = new Attempt(new Verdict.Known(), null, List.of());

    static Attempt refused(Refusal refusal) {
      return new Attempt(refusal.verdict(), refusal, List.of());
    }
  }

  private Attempt attempt(PooledTransaction given, boolean local) {
    HeadView view;
    lock.lock();
    try {
      view = head;
      PoolEntry known = body.get(given.hash());
      if (known != null) {
        if (local && view != null) {
          body.makeLocal(known, view);
        }
        return Attempt.KNOWN;
      }
    } finally {
      lock.unlock();
    }
    if (view == null) {
      return Attempt.refused(UNKNOWN);
    }
    NextBlock next = view.next();
    PooledTransaction pooled = local ? inFormOf(given, next) : given;
    Optional<Refusal> refusal = staticRules.refusal(pooled, next, local);
    if (refusal.isPresent()) {
      return Attempt.refused(refusal.get());
    }
    PoolEntry entry = entry(pooled, local, next);
    if (pooled.sidecar().isEmpty()) {
      return put(entry, pooled);
    }
    refusal = locked(() -> body.refusal(entry, view));
    if (refusal.isPresent()) {
      return Attempt.refused(refusal.get());
    }
    Optional<Kzg> library = kzg.get();
    if (library.isEmpty()) {
      return Attempt.refused(
          new Refusal(Cause.UNSUPPORTED, "blobs can't be verified on this machine"));
    }
    Optional<BlobShelf.Verified> verified = BlobShelf.verify(pooled, library.get());
    if (verified.isEmpty()) {
      return Attempt.refused(
          new Refusal(Cause.SIDECAR, "a sidecar whose proofs don't hold for its blobs"));
    }
    try {
      body.blobs().put(verified.get());
    } catch (IOException e) {
      LOG.warn("transaction {} can't be kept", entry.hash(), e);
      body.blobs().remove(entry.hash());
      return Attempt.refused(Refusal.unwritten(e));
    }
    return put(entry, pooled);
  }

  /** Since Osaka our own blobs are proven by cells, however they were given to us. */
  private PooledTransaction inFormOf(PooledTransaction given, NextBlock next) {
    boolean convert =
        next.fork().has(Fork.LATER)
            && given.flaw().isEmpty()
            && given
                .sidecar()
                .filter(sidecar -> sidecar.form() == BlobSidecar.Form.BLOB_PROOFS)
                .filter(sidecar -> !sidecar.blobs().isEmpty())
                .isPresent();
    if (!convert) {
      return given;
    }
    return kzg.get()
        .filter(library -> library.verify(given.sidecar().orElseThrow()))
        .map(
            library ->
                new PooledTransaction(
                    given.transaction(), given.sidecar().map(library::withCellProofs)))
        .orElse(given);
  }

  private static PoolEntry entry(PooledTransaction pooled, boolean local, NextBlock next) {
    Transaction transaction = pooled.transaction();
    int bytes = PooledTransactionCodec.bytes(pooled);
    long cells =
        pooled
            .sidecar()
            .filter(sidecar -> sidecar.form() == BlobSidecar.Form.CELL_PROOFS)
            .map(
                sidecar ->
                    (long) sidecar.blobs().size()
                        * BlobSidecar.CELLS_PER_BLOB
                        * BlobSidecar.CELL_BYTES)
            .orElse(0L);
    return new PoolEntry(
        transaction,
        transaction.sender().orElseThrow(),
        bytes,
        bytes + cells,
        authorities(transaction.payload()),
        pooled.sidecar().map(BlobSidecar::form).orElse(BlobSidecar.Form.CELL_PROOFS),
        local,
        next.number());
  }

  private static Set<Bytes> authorities(TransactionPayload payload) {
    if (!(payload instanceof TransactionPayload.SetCode setCode)) {
      return Set.of();
    }
    Set<Bytes> authorities = new LinkedHashSet<>();
    setCode
        .authorizations()
        .forEach(each -> Delegation.authority(each).ifPresent(authorities::add));
    return authorities;
  }

  /** A blob transaction is on the shelf already, and leaves it when there is no place for it. */
  private Attempt put(PoolEntry entry, PooledTransaction pooled) {
    lock.lock();
    try {
      if (body.get(entry.hash()) != null) {
        return Attempt.KNOWN;
      }
      HeadView view = head;
      PoolBody.Added added =
          view == null ? new PoolBody.Added.No(UNKNOWN) : body.add(entry, pooled, view);
      return switch (added) {
        case PoolBody.Added.No no -> {
          if (entry.isBlob()) {
            body.blobs().remove(entry.hash());
          }
          yield Attempt.refused(no.refusal());
        }
        case PoolBody.Added.Yes yes -> new Attempt(new Verdict.Accepted(), null, yes.executable());
      };
    } finally {
      lock.unlock();
    }
  }

  /** Moves on to another head; {@code returned} are transactions of blocks that no longer count. */
  public void onHead(@Nullable HeadView view, List<Transaction> returned) {
    List<PoolEntry> executable;
    boolean readJournal;
    // Thousands of look-ups on disk: nobody else has the view yet, and nobody waits for them.
    Map<Bytes, Account> accounts = new HashMap<>();
    if (view != null) {
      locked(body::senders).forEach(sender -> accounts.put(sender, view.account(sender)));
    }
    lock.lock();
    try {
      HeadView before = head;
      head = view;
      if (view == null) {
        return;
      }
      executable = body.review(view, accounts, before, returned);
      readJournal = !journalRead;
      journalRead = true;
    } finally {
      lock.unlock();
    }
    executable.forEach(entry -> tell(entry.transaction()));
    if (readJournal) {
      readJournal();
    }
  }

  /** What was there when the process before this one ended, however it did. */
  private void readJournal() {
    for (PooledTransaction pooled : journal.all()) {
      Attempt attempt = attempt(pooled, true);
      attempt.executable().forEach(entry -> tell(entry.transaction()));
      Refusal refusal = attempt.refusal();
      if (refusal != null) {
        boolean over = refusal.cause() == Cause.NONCE || refusal.cause() == Cause.INVALID;
        LOG.info(
            "transaction {} of our own is {}: {}",
            pooled.hash(),
            over ? "over" : "left for the next start",
            refusal.reason());
        if (over) {
          journal.remove(pooled.hash());
        }
      }
    }
  }

  /**
   * What a block may be filled with: for each sender its transactions from the next nonce on, up to
   * the first gap.
   */
  public List<List<Transaction>> executable() {
    return locked(() -> head == null ? List.of() : body.executable());
  }

  /** All of it; nothing is pending while the state at the head is not known. */
  public PoolContent content() {
    return locked(() -> body.content(head != null));
  }

  /** The nonce of the next transaction that {@code sender} should sign. */
  public long nextNonce(Bytes sender) {
    return locked(
        () -> {
          HeadView view = head;
          return body.firstGap(sender)
              .orElseGet(() -> view == null ? 0L : view.account(sender).nonce());
        });
  }

  @Override
  public boolean contains(Bytes32 hash) {
    return get(hash).isPresent();
  }

  @Override
  public Optional<Transaction> get(Bytes32 hash) {
    return entry(hash).map(PoolEntry::transaction);
  }

  private Optional<PoolEntry> entry(Bytes32 hash) {
    return locked(() -> Optional.ofNullable(body.get(hash)));
  }

  @Override
  public Optional<PooledTransaction> pooled(Bytes32 hash) {
    return entry(hash)
        .flatMap(
            entry ->
                entry.isBlob()
                    ? body.blobs().get(hash)
                    : Optional.of(PooledTransaction.of(entry.transaction())));
  }

  @Override
  public Optional<Integer> pooledBytes(Bytes32 hash) {
    return entry(hash).map(PoolEntry::pooledBytes);
  }

  @Override
  public Optional<List<Bytes>> cells(Bytes32 hash, CellMask mask) {
    return entry(hash)
        .flatMap(
            entry ->
                entry.transaction().payload() instanceof TransactionPayload.Blob blob
                    ? body.blobs().cells(blob, hash, mask)
                    : Optional.empty());
  }

  @Override
  public List<Bytes32> hashes(int max) {
    return locked(() -> body.executableHashes(max));
  }

  @Override
  public int size() {
    return locked(body::size);
  }

  @Override
  public Subscription onAdded(Consumer<Transaction> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  private void tell(Transaction transaction) {
    for (Consumer<Transaction> listener : listeners) {
      try {
        listener.accept(transaction);
      } catch (RuntimeException e) {
        LOG.warn("a listener failed on transaction {}", transaction.hash(), e);
      }
    }
  }
}
