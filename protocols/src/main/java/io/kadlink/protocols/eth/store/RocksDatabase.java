package io.kadlink.protocols.eth.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
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
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * A database in a directory of RocksDB, a column family for each table. Each write goes to its log
 * and is synced there, so a process or machine that dies leaves whole writes only; blocks of data
 * and of the log have checksums. After a full disk RocksDB looks for room by itself every few
 * seconds, and is read meanwhile.
 */
public final class RocksDatabase implements Database {
  /** Data blocks, indices and filters that were read; outside the heap. */
  private static final long CACHE_BYTES = 64L << 20;

  /** What has been written and is not in a sorted file yet, of all tables; outside the heap. */
  private static final long MEMTABLE_BYTES = 64L << 20;

  /** The log is cut when it has become so long; that much is read at the next start. */
  private static final long LOG_BYTES = 64L << 20;

  private static final int BLOOM_BITS = 10;

  private final String name;
  private final RocksDB database;
  private final Map<Table, ColumnFamilyHandle> tables = new EnumMap<>(Table.class);

  /** What has to be freed, last first. */
  private final Deque<AutoCloseable> owned = new ArrayDeque<>();

  private final WriteOptions synced;

  /** Held for writing by who closes: a native call on a closed database takes the process down. */
  private final ReadWriteLock use = new ReentrantReadWriteLock();

  private boolean closed;

  static {
    RocksDB.loadLibrary();
  }

  /**
   * The database in {@code directory}, made when there is none.
   *
   * @throws IOException when it can't be opened: damaged, in use by another process, no room
   */
  public static RocksDatabase open(Path directory) throws IOException {
    boolean fresh = !Files.exists(directory.resolve("CURRENT"));
    Files.createDirectories(directory);
    try {
      return new RocksDatabase(directory);
    } catch (RocksDBException e) {
      if (fresh) {
        clear(directory); // a beginning, cut off by a full disk
      }
      throw new IOException(
          "the chain store " + directory + " can't be opened: " + e.getMessage(), e);
    }
  }

  private RocksDatabase(Path directory) throws RocksDBException {
    this.name = directory.toString();
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
      database = own(RocksDB.open(options, name, families, handles));
      handles.forEach(this::own);
      Iterator<ColumnFamilyHandle> named = handles.listIterator(1);
      for (Table table : Table.values()) {
        tables.put(table, named.next());
      }
      opened = true;
    } finally {
      if (!opened) {
        free();
      }
    }
  }

  private static DBOptions options() {
    return new DBOptions()
        .setCreateIfMissing(true)
        .setCreateMissingColumnFamilies(true)
        .setDbWriteBufferSize(MEMTABLE_BYTES)
        .setMaxTotalWalSize(LOG_BYTES)
        // so that it opens and closes on a full disk
        .setAvoidFlushDuringRecovery(true)
        .setAvoidFlushDuringShutdown(true)
        .setMaxOpenFiles(512)
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

  @Override
  public String name() {
    return name;
  }

  @Override
  public byte @Nullable [] get(Table table, byte[] key) {
    use.readLock().lock();
    try {
      requireOpen();
      return database.get(handle(table), key);
    } catch (RocksDBException e) {
      throw new UncheckedIOException(
          new IOException("the chain store " + name + " is damaged: " + e.getMessage(), e));
    } finally {
      use.readLock().unlock();
    }
  }

  @Override
  public void write(Collection<Change> changes) {
    use.readLock().lock();
    try (WriteBatch batch = new WriteBatch()) {
      requireOpen();
      for (Change change : changes) {
        byte[] value = change.value();
        if (value == null) {
          batch.delete(handle(change.table()), change.key());
        } else {
          batch.put(handle(change.table()), change.key(), value);
        }
      }
      database.write(synced, batch);
    } catch (RocksDBException e) {
      throw new WriteFailedException(reason(e), e);
    } finally {
      use.readLock().unlock();
    }
  }

  private static String reason(RocksDBException e) {
    Status status = e.getStatus();
    return status != null && status.getSubCode() == Status.SubCode.NoSpace
        ? "No space left on device"
        : String.valueOf(e.getMessage());
  }

  private ColumnFamilyHandle handle(Table table) {
    return Objects.requireNonNull(tables.get(table));
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the chain is closed");
    }
  }

  @Override
  public void close() {
    use.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        free();
      }
    } finally {
      use.writeLock().unlock();
    }
  }

  private void free() {
    for (AutoCloseable each : owned) {
      try {
        each.close();
      } catch (Exception e) { // only declared: none of RocksDB's does
        throw new IllegalStateException(e);
      }
    }
    owned.clear();
  }

  private static void clear(Path directory) throws IOException {
    try (var files = Files.list(directory)) {
      for (Path file : files.toArray(Path[]::new)) {
        Files.deleteIfExists(file);
      }
    }
    Files.deleteIfExists(directory);
  }
}
