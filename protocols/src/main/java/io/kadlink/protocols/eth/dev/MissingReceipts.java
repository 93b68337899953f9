package io.kadlink.protocols.eth.dev;

import io.kadlink.protocols.eth.chain.BlockHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes32;

/**
 * Which canonical blocks have no receipts: those that were not executed, until peers have given
 * them. Changed on the import thread, read by any.
 */
final class MissingReceipts {
  /** Heights looked at in one call: peers may fill so many above one that nobody has. */
  private static final int MAX_LOOK = 1024;

  private final ChainStore store;

  /** All canonical blocks up to this height have theirs. */
  private volatile long complete;

  private long written;

  MissingReceipts(ChainStore store) {
    this.store = store;
    this.complete = store.receiptsComplete();
    this.written = complete;
  }

  /** The lowest blocks without receipts, at most {@code max}, up to {@code head}. */
  List<BlockHeader> lowest(int max, long head) {
    List<BlockHeader> missing = new ArrayList<>();
    long from = complete + 1;
    for (long number = from;
        number <= head && number < from + MAX_LOOK && missing.size() < max;
        number++) {
      store
          .canonicalHash(number)
          .filter(hash -> !store.hasReceipts(hash))
          .flatMap(store::header)
          .ifPresent(missing::add);
    }
    return missing;
  }

  /** A block has become canonical, or a canonical one has got its receipts. */
  void look(long head) {
    long last = complete;
    while (last < head && has(last + 1)) {
      last++;
    }
    complete = last;
  }

  private boolean has(long number) {
    Optional<Bytes32> hash = store.canonicalHash(number);
    return hash.isPresent() && store.hasReceipts(hash.get());
  }

  /** The canonical chain beyond this height is another one. */
  void replacedAfter(long number) {
    complete = Math.min(complete, number);
  }

  /** Before a commit. */
  void write() {
    if (written != complete) {
      written = complete;
      store.putReceiptsComplete(complete);
    }
  }

  /** What has been written since the last commit is lost. */
  void rollback() {
    complete = store.receiptsComplete();
    written = complete;
  }
}
