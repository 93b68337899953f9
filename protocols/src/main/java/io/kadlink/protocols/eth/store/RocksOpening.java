package io.kadlink.protocols.eth.store;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/** A directory of RocksDB while it is open, with all that is to be freed when it is closed. */
final class RocksOpening implements AutoCloseable {
  /** Data blocks, indices and filters that were read; outside the heap. */
  private static final long CACHE_BYTES = 64L << 20;

  /** What has been written and is not in a sorted file yet, of all tables; outside the heap. */
  private static final long MEMTABLE_BYTES = 64L << 20;

  /** The log is cut when it has become so long; that much is read at the next start. */
  private static final long LOG_BYTES = 64L << 20;

  private static final int BLOOM_BITS = 10;
  private static final int MAX_OPEN_FILES = 512;

  private final RocksDB database;
  private final WriteOptions synced;
  private final Map<Table, ColumnFamilyHandle> tables = new EnumMap<>(Table.class);

  /** Last first. */
  private final Deque<AutoCloseable> owned = new ArrayDeque<>();

  static {
    RocksDB.loadLibrary();
  }

  /**
   * Opens a directory.
   *
   * @param readOnly which works without room on the disk
   */
  RocksOpening(String directory, boolean readOnly) throws RocksDBException {
    boolean opened = false;
    try {
      Cache cache = own(new LRUCache(CACHE_BYTES));
      DBOptions options = own(options());
      List<ColumnFamilyDescriptor> families = new ArrayList<>();
      ColumnFamilyOptions random = own(family(cache, CompressionType.NO_COMPRESSION));
      ColumnFamilyOptions packed = own(family(cache, CompressionType.LZ4_COMPRESSION));
      families.add(new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, packed));
      for (Table table : Table.values()) {
        families.add(
            new ColumnFamilyDescriptor(
                table.fileName().getBytes(StandardCharsets.US_ASCII),
                switch (table) {
                  case HEADERS, RECEIPTS, BODIES -> packed;
                  default -> random; // hashes
                }));
      }
      synced = own(new WriteOptions().setSync(true));
      List<ColumnFamilyHandle> handles = new ArrayList<>();
      database =
          own(
              readOnly
                  ? RocksDB.openReadOnly(options, directory, families, handles)
                  : RocksDB.open(options, directory, families, handles));
      handles.forEach(this::own);
      Iterator<ColumnFamilyHandle> named = handles.listIterator(1);
      for (Table table : Table.values()) {
        tables.put(table, named.next());
      }
      opened = true;
    } finally {
      if (!opened) {
        close();
      }
    }
  }

  private static DBOptions options() {
    return new DBOptions()
        .setCreateIfMissing(true)
        .setCreateMissingColumnFamilies(true)
        .setDbWriteBufferSize(MEMTABLE_BYTES)
        .setMaxTotalWalSize(LOG_BYTES)
        // so that it opens and closes on a full disk, and takes no more than it needs
        .setAvoidFlushDuringRecovery(true)
        .setAvoidFlushDuringShutdown(true)
        .setAllowFAllocate(false)
        .setMaxOpenFiles(MAX_OPEN_FILES)
        .setBytesPerSync(1 << 20)
        .setInfoLogLevel(InfoLogLevel.ERROR_LEVEL)
        .setKeepLogFileNum(1);
  }

  private ColumnFamilyOptions family(Cache cache, CompressionType compression) {
    return new ColumnFamilyOptions()
        .setCompressionType(compression)
        .setLevelCompactionDynamicLevelBytes(true)
        .setWriteBufferSize(MEMTABLE_BYTES / 4)
        .setTableFormatConfig(
            new BlockBasedTableConfig()
                .setBlockCache(cache)
                .setCacheIndexAndFilterBlocks(true)
                .setPinL0FilterAndIndexBlocksInCache(true)
                .setFilterPolicy(own(new BloomFilter(BLOOM_BITS))));
  }

  private <T extends AutoCloseable> T own(T resource) {
    owned.push(resource);
    return resource;
  }

  byte @Nullable [] get(Table table, byte[] key) throws RocksDBException {
    return database.get(handle(table), key);
  }

  void write(Collection<Database.Change> changes) throws RocksDBException {
    try (WriteBatch batch = new WriteBatch()) {
      for (Database.Change change : changes) {
        byte[] value = change.value();
        if (value == null) {
          batch.delete(handle(change.table()), change.key());
        } else {
          batch.put(handle(change.table()), change.key(), value);
        }
      }
      database.write(synced, batch);
    }
  }

  private ColumnFamilyHandle handle(Table table) {
    return Objects.requireNonNull(tables.get(table));
  }

  @Override
  public void close() {
    for (AutoCloseable each : owned) {
      try {
        each.close();
      } catch (Exception e) { // only declared: none of RocksDB's does
        throw new IllegalStateException(e);
      }
    }
    owned.clear();
  }
}
