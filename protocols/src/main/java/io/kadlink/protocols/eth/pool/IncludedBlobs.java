package io.kadlink.protocols.eth.pool;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.tuweni.bytes.Bytes32;
import org.jspecify.annotations.Nullable;

/**
 * Blob transactions that have left the pool for a block. Blocks don't carry sidecars, so they are
 * kept for a while, should the block be undone. Under the pool's lock.
 */
final class IncludedBlobs {
  /** Of the bytes that may be kept of all blob transactions. */
  private static final int SHARE = 4;

  private final BlobShelf blobs;
  private final long maxBytes;
  private final Map<Bytes32, Included> byHash = new LinkedHashMap<>();
  private long bytes;

  private record Included(PoolEntry entry, long block) {}

  IncludedBlobs(BlobShelf blobs, long blobBytes) {
    this.blobs = blobs;
    this.maxBytes = blobBytes / SHARE;
  }

  long bytes() {
    return bytes;
  }

  /** Keeps an entry; the oldest go when there are too many. */
  void add(PoolEntry entry, long block) {
    byHash.put(entry.hash(), new Included(entry, block));
    bytes += entry.keptBytes();
    Iterator<Included> oldest = byHash.values().iterator();
    while (bytes > maxBytes) {
      PoolEntry gone = oldest.next().entry();
      oldest.remove();
      letGo(gone);
    }
  }

  /** Lets go what is in blocks that nobody undoes any more. */
  void forget(long block) {
    Iterator<Included> oldest = byHash.values().iterator();
    while (oldest.hasNext()) {
      Included next = oldest.next();
      if (block - next.block() <= PoolLimits.INCLUDED_BLOB_BLOCKS) {
        return;
      }
      oldest.remove();
      letGo(next.entry());
    }
  }

  private void letGo(PoolEntry entry) {
    bytes -= entry.keptBytes();
    blobs.remove(entry.hash());
  }

  /** The entry with this hash, which is kept here no more. */
  @Nullable PoolEntry take(Bytes32 hash) {
    Included kept = byHash.remove(hash);
    if (kept == null) {
      return null;
    }
    bytes -= kept.entry().keptBytes();
    return kept.entry();
  }
}
