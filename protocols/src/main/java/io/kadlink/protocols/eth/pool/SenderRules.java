package io.kadlink.protocols.eth.pool;

import io.kadlink.protocols.eth.chain.TransactionPayload;
import io.kadlink.protocols.eth.pool.Refusal.Cause;
import io.kadlink.protocols.eth.state.Account;
import java.math.BigInteger;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.units.bigints.UInt256;
import org.jspecify.annotations.Nullable;

/**
 * What a transaction must keep to because of its sender: the account at the head, and what of it
 * waits already. Used under the pool's lock. Where wallets know a refusal by its wording in other
 * clients, it begins with that.
 */
final class SenderRules {
  /** As other clients ask for; less would let a sender have a transaction gossiped for free. */
  static final int PRICE_BUMP_PERCENT = 10;

  /** Blobs cost the network a thousand times as much. */
  static final int BLOB_PRICE_BUMP_PERCENT = 100;

  private static final int HUNDRED = 100;

  private final PoolLimits limits;

  SenderRules(PoolLimits limits) {
    this.limits = limits;
  }

  /**
   * Why the entry can't be taken.
   *
   * @param queue what waits of the sender, of this kind
   * @param otherKind what waits of the sender, of the other kind
   * @param authorizing whether the sender has signed an authorization that waits
   */
  Optional<Refusal> refusal(
      PoolEntry entry,
      HeadView view,
      @Nullable SenderQueue queue,
      @Nullable SenderQueue otherKind,
      boolean authorizing) {
    if (otherKind != null) {
      return refusal(
          Cause.SENDER,
          "the sender has "
              + (entry.isBlob() ? "ordinary" : "blob")
              + " transactions waiting, and may not have both kinds");
    }
    Account account = view.account(entry.sender());
    PoolEntry before = queue == null ? null : queue.at(entry.nonce());
    boolean delegated = account.hasCode() && view.isDelegated(entry.sender());
    if (account.hasCode() && !delegated) {
      return refusal(Cause.RULES, "the sender has code (EIP-3607)");
    }
    return nonceRefusal(entry, account, queue)
        .or(
            () ->
                before == null
                    ? countRefusal(entry, queue)
                    : replacementRefusal(
                        entry.transaction().payload(), before.transaction().payload()))
        .or(
            () ->
                delegated || authorizing
                    ? delegatedRefusal(entry, account, queue, before)
                    : Optional.empty())
        .or(() -> fundsRefusal(entry, account, queue, before));
  }

  private static Optional<Refusal> nonceRefusal(
      PoolEntry entry, Account account, @Nullable SenderQueue queue) {
    if (Long.compareUnsigned(entry.nonce(), account.nonce()) < 0) {
      return refusal(
          Cause.NONCE,
          "nonce too low: "
              + Long.toUnsignedString(entry.nonce())
              + " is used, the account's next is "
              + Long.toUnsignedString(account.nonce()));
    }
    long expected = queue == null ? account.nonce() : queue.firstGap();
    return entry.isBlob() && Long.compareUnsigned(entry.nonce(), expected) > 0
        ? refusal(
            Cause.NONCE,
            "nonce "
                + Long.toUnsignedString(entry.nonce())
                + " leaves a gap, which a blob transaction may not: expected "
                + Long.toUnsignedString(expected))
        : Optional.empty();
  }

  private Optional<Refusal> countRefusal(PoolEntry entry, @Nullable SenderQueue queue) {
    if (queue == null) {
      return Optional.empty();
    }
    int most = entry.isBlob() ? PoolLimits.MAX_BLOB_TRANSACTIONS_PER_SENDER : limits.perSender();
    if (queue.size() >= most) {
      return refusal(
          Cause.SENDER,
          "the sender has " + queue.size() + " transactions waiting, at most " + most + " may");
    }
    return entry.nonce() != queue.firstGap() && queue.queuedCount() >= limits.queuedPerSender()
        ? refusal(
            Cause.SENDER,
            "the sender has "
                + queue.queuedCount()
                + " transactions that wait for a nonce before them, at most "
                + limits.queuedPerSender()
                + " may")
        : Optional.empty();
  }

  private static Optional<Refusal> replacementRefusal(
      TransactionPayload after, TransactionPayload before) {
    boolean blob = before instanceof TransactionPayload.Blob;
    int percent = blob ? BLOB_PRICE_BUMP_PERCENT : PRICE_BUMP_PERCENT;
    boolean pays =
        bumped(after.maxFeePerGas(), before.maxFeePerGas(), percent)
            && bumped(after.maxPriorityFeePerGas(), before.maxPriorityFeePerGas(), percent)
            && (!(after instanceof TransactionPayload.Blob later)
                || !(before instanceof TransactionPayload.Blob earlier)
                || bumped(later.maxFeePerBlobGas(), earlier.maxFeePerBlobGas(), percent));
    return pays
        ? Optional.empty()
        : refusal(
            Cause.PRICE,
            "replacement transaction underpriced: it takes "
                + percent
                + " % more fee and tip"
                + (blob ? " and blob fee" : "")
                + " than "
                + before.maxFeePerGas().toDecimalString()
                + " and "
                + before.maxPriorityFeePerGas().toDecimalString());
  }

  private static boolean bumped(UInt256 after, UInt256 before, int percent) {
    BigInteger least =
        before
            .toUnsignedBigInteger()
            .multiply(BigInteger.valueOf(HUNDRED + percent))
            .divide(BigInteger.valueOf(HUNDRED));
    return after.compareTo(before) > 0 && after.toUnsignedBigInteger().compareTo(least) >= 0;
  }

  /** Others can spend what a delegated account has, so that all it has waiting become void. */
  private static Optional<Refusal> delegatedRefusal(
      PoolEntry entry, Account account, @Nullable SenderQueue queue, @Nullable PoolEntry before) {
    if (before == null && queue != null && queue.size() >= PoolLimits.MAX_OF_DELEGATED) {
      return refusal(
          Cause.SENDER,
          "the sender has delegated (EIP-7702) and may have "
              + PoolLimits.MAX_OF_DELEGATED
              + " transaction waiting");
    }
    return before == null && entry.nonce() != account.nonce()
        ? refusal(
            Cause.NONCE,
            "nonce "
                + Long.toUnsignedString(entry.nonce())
                + " of a sender that has delegated (EIP-7702), expected "
                + Long.toUnsignedString(account.nonce()))
        : Optional.empty();
  }

  private static Optional<Refusal> fundsRefusal(
      PoolEntry entry, Account account, @Nullable SenderQueue queue, @Nullable PoolEntry before) {
    BigInteger cost = entry.cost();
    if (queue != null) {
      cost = cost.add(queue.cost());
    }
    if (before != null) {
      cost = cost.subtract(before.cost());
    }
    UInt256 balance = account.balance();
    return cost.compareTo(balance.toUnsignedBigInteger()) > 0
        ? refusal(
            Cause.BALANCE,
            "insufficient funds: with what waits already it could cost "
                + cost
                + ", the balance is "
                + balance.toDecimalString())
        : Optional.empty();
  }

  /** Why an account may not delegate by a transaction now. */
  static Optional<Refusal> authorityRefusal(
      Bytes authority, @Nullable SenderQueue ordinary, @Nullable SenderQueue blobs) {
    if (blobs != null) {
      return refusal(Cause.SENDER, "the authority " + authority + " has blob transactions waiting");
    }
    return ordinary != null && ordinary.size() > PoolLimits.MAX_OF_DELEGATED
        ? refusal(
            Cause.SENDER,
            "the authority "
                + authority
                + " has "
                + ordinary.size()
                + " transactions waiting, at most "
                + PoolLimits.MAX_OF_DELEGATED
                + " may")
        : Optional.empty();
  }

  private static Optional<Refusal> refusal(Cause cause, String reason) {
    return Optional.of(new Refusal(cause, reason));
  }
}
