package io.kadlink.protocols.eth.pool;

import io.kadlink.protocols.eth.chain.Chain.Subscription;
import io.kadlink.protocols.eth.chain.PooledTransaction;
import io.kadlink.protocols.eth.chain.Transaction;
import io.kadlink.protocols.eth.chain.TransactionPayload;
import io.kadlink.protocols.eth.chain.TransactionPool;
import io.kadlink.protocols.eth.rules.TransactionRules;
import io.kadlink.protocols.eth.state.Account;
import io.micrometer.core.instrument.MeterRegistry;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.units.bigints.UInt256;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Transactions that the state at the head can pay for, ordered by nonce for each sender. A
 * transaction takes the place of another with its sender and nonce when it pays {@value
 * #PRICE_BUMP_PERCENT} % more, both in tip and in all. When the pool is full, the one worth least
 * gives way to one that pays more.
 *
 * <p>Answers come at once and from any thread, so one lock guards the content; signatures are
 * recovered and listeners called outside it.
 */
public final class Mempool implements TransactionPool {
  private static final Logger LOG = LoggerFactory.getLogger(Mempool.class);

  /** As other clients ask for; less would let a sender have a transaction gossiped for free. */
  static final int PRICE_BUMP_PERCENT = 10;

  private static final BigInteger HUNDRED = BigInteger.valueOf(100);

  private final TransactionRules rules;
  private final PoolLimits limits;
  private final PoolMetrics metrics;
  private final List<Consumer<Transaction>> listeners = new CopyOnWriteArrayList<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final PendingTransactions pending = new PendingTransactions();

  /** Null when the state at the head is not known. */
  private @Nullable HeadView head;

  /** An empty pool that takes nothing before its first {@link #onHead head}. */
  public Mempool(TransactionRules rules, PoolLimits limits, MeterRegistry meters) {
    this.rules = rules;
    this.limits = limits;
    this.metrics = new PoolMetrics(meters);
  }

  @Override
  public Verdict add(PooledTransaction pooled) {
    Transaction transaction = pooled.transaction();
    Verdict verdict =
        transaction.payload() instanceof TransactionPayload.Blob
            ? new Verdict.Refused("blob transactions are not taken here", false)
            : judge(transaction);
    metrics.count(verdict);
    if (verdict instanceof Verdict.Refused refused) {
      LOG.debug("transaction {} is refused: {}", transaction.hash(), refused.reason());
    } else if (verdict instanceof Verdict.Accepted) {
      tell(transaction);
    }
    return verdict;
  }

  private Verdict judge(Transaction transaction) {
    int bytes = transaction.encoded().size();
    if (bytes > limits.maxTransactionBytes()) {
      return new Verdict.Refused(bytes + " bytes, at most " + limits.maxTransactionBytes(), false);
    }
    HeadView view;
    lock.lock();
    try {
      view = head;
      if (pending.get(transaction.hash()) != null) {
        return new Verdict.Known();
      }
    } finally {
      lock.unlock();
    }
    if (view == null) {
      return new Verdict.Refused("the state at the head is not known here", false);
    }
    Optional<String> fault = rules.fault(transaction, view.fork());
    if (fault.isPresent()) {
      return new Verdict.Refused(fault.get(), true);
    }
    Bytes sender = transaction.sender().orElseThrow();
    lock.lock();
    try {
      return addChecked(transaction, sender);
    } finally {
      lock.unlock();
    }
  }

  private Verdict addChecked(Transaction transaction, Bytes sender) {
    if (pending.get(transaction.hash()) != null) {
      return new Verdict.Known();
    }
    HeadView view = head;
    if (view == null) {
      return new Verdict.Refused("the state at the head is not known here", false);
    }
    Optional<String> refusal =
        stateRefusal(transaction, sender, view)
            .or(() -> replacementRefusal(transaction, sender))
            .or(() -> fundsRefusal(transaction, sender, view))
            .or(() -> roomRefusal(transaction, sender));
    if (refusal.isPresent()) {
      return new Verdict.Refused(refusal.get(), false);
    }
    pending.put(sender, transaction);
    return new Verdict.Accepted();
  }

  private static Optional<String> stateRefusal(
      Transaction transaction, Bytes sender, HeadView view) {
    TransactionPayload payload = transaction.payload();
    Account account = view.account(sender);
    if (Long.compareUnsigned(payload.nonce(), account.nonce()) < 0) {
      return Optional.of(
          "nonce "
              + Long.toUnsignedString(payload.nonce())
              + " is used, the account's next is "
              + Long.toUnsignedString(account.nonce()));
    }
    if (account.hasCode()) {
      return Optional.of("the sender has code (EIP-3607)");
    }
    if (Long.compareUnsigned(payload.gasLimit(), view.gasLimit()) > 0) {
      return Optional.of(
          "gas limit "
              + Long.toUnsignedString(payload.gasLimit())
              + " is above the block's "
              + view.gasLimit());
    }
    if (payload.maxFeePerGas().isZero()) {
      return Optional.of("it offers no fee");
    }
    return view.objection(payload);
  }

  private Optional<String> replacementRefusal(Transaction transaction, Bytes sender) {
    TransactionPayload payload = transaction.payload();
    Transaction before = pending.at(sender, payload.nonce());
    if (before == null) {
      int count = pending.countOf(sender);
      return count >= limits.maxPerSender()
          ? Optional.of("the sender has " + count + " transactions waiting already")
          : Optional.empty();
    }
    boolean pays =
        bumped(payload.maxFeePerGas(), before.payload().maxFeePerGas())
            && bumped(payload.maxPriorityFeePerGas(), before.payload().maxPriorityFeePerGas());
    return pays
        ? Optional.empty()
        : Optional.of(
            "replacing a transaction takes " + PRICE_BUMP_PERCENT + " % more fee and tip");
  }

  private static boolean bumped(UInt256 after, UInt256 before) {
    BigInteger least =
        before
            .toUnsignedBigInteger()
            .multiply(BigInteger.valueOf(100 + PRICE_BUMP_PERCENT))
            .divide(HUNDRED);
    return after.compareTo(before) > 0 && after.toUnsignedBigInteger().compareTo(least) >= 0;
  }

  private Optional<String> fundsRefusal(Transaction transaction, Bytes sender, HeadView view) {
    BigInteger cost = pending.costOf(sender).add(TransactionRules.maxCost(transaction.payload()));
    Transaction before = pending.at(sender, transaction.payload().nonce());
    if (before != null) {
      cost = cost.subtract(TransactionRules.maxCost(before.payload()));
    }
    UInt256 balance = view.account(sender).balance();
    return cost.compareTo(balance.toUnsignedBigInteger()) > 0
        ? Optional.of(
            "with what waits already it could cost "
                + cost
                + ", the balance is "
                + balance.toDecimalString())
        : Optional.empty();
  }

  /** Makes room by letting cheaper transactions go; says so when there are none. */
  private Optional<String> roomRefusal(Transaction transaction, Bytes sender) {
    if (pending.at(sender, transaction.payload().nonce()) != null) {
      return Optional.empty();
    }
    int bytes = transaction.encoded().size();
    while (pending.size() + 1 > limits.maxTransactions()
        || pending.bytes() + bytes > limits.maxBytes()) {
      Optional<Transaction> cheapest = pending.cheapestLast();
      if (cheapest.isEmpty()
          || PendingTransactions.price(cheapest.get())
                  .compareTo(PendingTransactions.price(transaction))
              >= 0) {
        return Optional.of("the pool is full and no transaction in it pays less");
      }
      LOG.debug("transaction {} gives way to one that pays more", cheapest.get().hash());
      pending.remove(cheapest.get());
    }
    return Optional.empty();
  }

  /** Moves on to another head; {@code returned} are transactions of blocks that no longer count. */
  public void onHead(@Nullable HeadView view, List<Transaction> returned) {
    lock.lock();
    try {
      head = view;
      if (view == null) {
        return;
      }
      for (Bytes sender : pending.senders()) {
        review(sender, view);
      }
      for (Transaction transaction : returned) {
        if (rules.fault(transaction, view.fork()).isEmpty()) {
          addChecked(transaction, transaction.sender().orElseThrow());
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Drops what the account can no longer send: used nonces, and what its balance can't pay. */
  private void review(Bytes sender, HeadView view) {
    Account account = view.account(sender);
    BigInteger left = account.balance().toUnsignedBigInteger();
    for (Transaction transaction : pending.of(sender)) {
      TransactionPayload payload = transaction.payload();
      boolean used = Long.compareUnsigned(payload.nonce(), account.nonce()) < 0;
      if (!used) {
        left = left.subtract(TransactionRules.maxCost(payload));
      }
      if (used
          || left.signum() < 0
          || account.hasCode()
          || rules.fault(transaction, view.fork()).isPresent()) {
        pending.remove(transaction);
      }
    }
  }

  /**
   * What a block may be filled with: for each sender its transactions from the next nonce on, up to
   * the first gap.
   */
  public List<List<Transaction>> executable() {
    lock.lock();
    try {
      HeadView view = head;
      if (view == null) {
        return List.of();
      }
      List<List<Transaction>> queues = new ArrayList<>();
      for (Bytes sender : pending.senders()) {
        List<Transaction> queue = pending.executable(sender, view.account(sender).nonce());
        if (!queue.isEmpty()) {
          queues.add(queue);
        }
      }
      return queues;
    } finally {
      lock.unlock();
    }
  }

  /** All of it; nothing is pending while the state at the head is not known. */
  public PoolContent content() {
    lock.lock();
    try {
      Map<Bytes, List<Transaction>> ready = new TreeMap<>();
      Map<Bytes, List<Transaction>> queued = new TreeMap<>();
      HeadView view = head;
      for (Bytes sender : pending.senders()) {
        List<Transaction> all = pending.of(sender);
        int count =
            view == null ? 0 : pending.executable(sender, view.account(sender).nonce()).size();
        if (count > 0) {
          ready.put(sender, all.subList(0, count));
        }
        if (count < all.size()) {
          queued.put(sender, all.subList(count, all.size()));
        }
      }
      return new PoolContent(ready, queued);
    } finally {
      lock.unlock();
    }
  }

  /** The nonce of the next transaction that {@code sender} should sign. */
  public long nextNonce(Bytes sender) {
    lock.lock();
    try {
      HeadView view = head;
      long nonce = view == null ? 0 : view.account(sender).nonce();
      return nonce + pending.executable(sender, nonce).size();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean contains(Bytes32 hash) {
    return get(hash).isPresent();
  }

  @Override
  public Optional<Transaction> get(Bytes32 hash) {
    lock.lock();
    try {
      return Optional.ofNullable(pending.get(hash));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public List<Bytes32> hashes(int max) {
    lock.lock();
    try {
      return pending.hashes(max);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public int size() {
    lock.lock();
    try {
      return pending.size();
    } finally {
      lock.unlock();
    }
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
