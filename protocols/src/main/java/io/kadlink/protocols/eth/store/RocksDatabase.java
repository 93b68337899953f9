package io.kadlink.protocols.eth.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/**
 * A database in a directory of RocksDB, a column family for each table. Each write goes to its log
 * and is synced there, so a process or machine that dies leaves whole writes only; blocks of data
 * and of the log have checksums.
 *
 * <p>RocksDB takes no more writes once its disk has refused one. It is opened again at its last
 * write, for reading alone where not even that has room, so readers notice nothing and the next
 * write finds out whether there is room. A number in each write tells whether the refused one is in
 * the log after all.
 */
public final class RocksDatabase implements Database {
  private static final byte[] WRITES = "writes".getBytes(StandardCharsets.US_ASCII);

  private final String name;

  /** Held for writing by who opens or closes: a native call on what is closed ends the process. */
  private final ReadWriteLock use = new ReentrantReadWriteLock();

  /** Null when it is closed, or could not be opened again. */
  private @Nullable RocksOpening opening;

  private boolean closed;
  private boolean readOnly;
  private long writes;

  /**
   * The database in {@code directory}, made when there is none.
   *
   * @throws IOException when it can't be opened: damaged, in use by another process, no room
   */
  public static RocksDatabase open(Path directory) throws IOException {
    boolean fresh = !Files.exists(directory.resolve("CURRENT"));
    Files.createDirectories(directory);
    try {
      return new RocksDatabase(directory.toString());
    } catch (RocksDBException e) {
      if (fresh) {
        clear(directory); // a beginning, cut off by a full disk
      }
      throw new IOException(
          "the chain store " + directory + " can't be opened: " + e.getMessage(), e);
    }
  }

  private RocksDatabase(String name) throws RocksDBException {
    this.name = name;
    RocksOpening first;
    try {
      first = new RocksOpening(name, false);
    } catch (RocksDBException e) {
      first = forReading(e);
      readOnly = true;
    }
    opening = first;
    writes = writes(first);
  }

  private RocksOpening forReading(RocksDBException refused) throws RocksDBException {
    try {
      if (isFull(refused)) {
        return new RocksOpening(name, true);
      }
    } catch (RocksDBException nothingToRead) {
      refused.addSuppressed(nothingToRead);
    }
    throw refused;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public byte @Nullable [] get(Table table, byte[] key) {
    use.readLock().lock();
    try {
      return current().get(table, key);
    } catch (RocksDBException e) {
      throw new UncheckedIOException(
          new IOException("the chain store " + name + " is damaged: " + e.getMessage(), e));
    } finally {
      use.readLock().unlock();
    }
  }

  @Override
  public void write(Collection<Change> changes) {
    if (readOnly) {
      reopen(); // perhaps there is room now
    }
    List<Change> numbered = new ArrayList<>(changes);
    byte[] number = ByteBuffer.allocate(Long.BYTES).putLong(writes + 1).array();
    numbered.add(new Change(Table.META, WRITES, number));
    RocksDBException refusal = tryWrite(numbered);
    if (refusal != null) {
      reopen();
      if (!Arrays.equals(get(Table.META, WRITES), number)) {
        throw new WriteFailedException(reason(refusal), refusal);
      }
    }
    writes++;
  }

  private @Nullable RocksDBException tryWrite(List<Change> changes) {
    use.readLock().lock();
    try {
      current().write(changes);
      return null;
    } catch (RocksDBException e) {
      return e;
    } finally {
      use.readLock().unlock();
    }
  }

  private void reopen() {
    use.writeLock().lock();
    try {
      if (closed) {
        throw new IllegalStateException("the chain is closed");
      }
      if (opening != null) {
        opening.close();
        opening = null;
      }
      try {
        opening = new RocksOpening(name, false);
        readOnly = false;
      } catch (RocksDBException full) {
        readOnly = true;
        opening = new RocksOpening(name, true);
      }
    } catch (RocksDBException e) {
      throw new WriteFailedException(reason(e), e);
    } finally {
      use.writeLock().unlock();
    }
  }

  /** To be called with the lock held. */
  private RocksOpening current() throws RocksDBException {
    if (closed) {
      throw new IllegalStateException("the chain is closed");
    }
    if (opening == null) {
      throw new RocksDBException("it can't be opened again");
    }
    return opening;
  }

  private static long writes(RocksOpening opening) throws RocksDBException {
    byte[] number = opening.get(Table.META, WRITES);
    return number == null ? 0 : ByteBuffer.wrap(number).getLong();
  }

  private static boolean isFull(RocksDBException e) {
    Status status = e.getStatus();
    return status != null && status.getSubCode() == Status.SubCode.NoSpace;
  }

  private static String reason(RocksDBException e) {
    return isFull(e) ? "No space left on device" : String.valueOf(e.getMessage());
  }

  @Override
  public void close() {
    use.writeLock().lock();
    try {
      closed = true;
      if (opening != null) {
        opening.close();
        opening = null;
      }
    } finally {
      use.writeLock().unlock();
    }
  }

  private static void clear(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.deleteIfExists(file);
      }
    }
    Files.deleteIfExists(directory);
  }
}
