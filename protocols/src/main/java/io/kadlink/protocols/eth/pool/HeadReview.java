package io.kadlink.protocols.eth.pool;

import io.kadlink.protocols.eth.chain.BlobSidecar;
import io.kadlink.protocols.eth.chain.TransactionPayload;
import io.kadlink.protocols.eth.rules.Fork;
import io.kadlink.protocols.eth.rules.TransactionRules;
import io.kadlink.protocols.eth.state.Account;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a new head takes from the pool. One look at the account for each sender. */
final class HeadReview {
  private final TransactionRules rules;
  private final HeadView view;
  private final boolean newFork;

  /**
   * @param newFork whether the rules are others than at the last head
   */
  HeadReview(TransactionRules rules, HeadView view, boolean newFork) {
    this.rules = rules;
    this.view = view;
    this.newFork = newFork;
  }

  /** What the account can no longer send, by the order of nonces, and why. */
  Map<PoolEntry, DropReason> drops(SenderQueue queue, Account account) {
    boolean maySend = !account.hasCode() || view.isDelegated(queue.sender());
    BigInteger left = account.balance().toUnsignedBigInteger();
    Map<PoolEntry, DropReason> drops = new LinkedHashMap<>();
    for (PoolEntry entry : queue.all()) {
      if (Long.compareUnsigned(entry.nonce(), account.nonce()) < 0) {
        drops.put(entry, DropReason.INCLUDED);
      } else if (!maySend || !fits(entry)) {
        drops.put(entry, DropReason.RULES);
      } else {
        left = left.subtract(entry.cost());
        if (left.signum() < 0) {
          drops.put(entry, DropReason.BALANCE);
        }
      }
    }
    return drops;
  }

  private boolean fits(PoolEntry entry) {
    NextBlock next = view.next();
    TransactionPayload payload = entry.transaction().payload();
    if (Long.compareUnsigned(payload.gasLimit(), next.gasLimit()) > 0) {
      return false;
    }
    if (payload instanceof TransactionPayload.Blob blob
        && (blob.blobVersionedHashes().size() > next.maxBlobs()
            || (next.fork().has(Fork.LATER) && entry.form() == BlobSidecar.Form.BLOB_PROOFS))) {
      return false;
    }
    return !newFork || rules.fault(entry.transaction(), next.fork()).isEmpty();
  }

  /** Whether one that waits for a nonce has waited too long. */
  boolean isStale(PoolEntry entry) {
    return entry.isBlob()
        || (!entry.local() && view.next().number() - entry.since() > PoolLimits.QUEUED_BLOCKS);
  }
}
