package io.kadlink.protocols.eth.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.tuweni.bytes.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * Changes on their way into a database: readable at once, written together. Reads may come from any
 * thread, everything else from one at a time.
 */
public final class Staging {
  /** Stands for a removed key: no value is empty. */
  private static final byte[] REMOVED = new byte[0];

  private record Key(Table table, Bytes bytes) {}

  private final Database database;
  private final Map<Key, byte[]> changes = new ConcurrentHashMap<>();
  private long bytes;

  public Staging(Database database) {
    this.database = database;
  }

  public byte @Nullable [] get(Table table, byte[] key) {
    byte[] staged = changes.get(new Key(table, Bytes.wrap(key)));
    if (staged == null) {
      return database.get(table, key);
    }
    return staged.length == 0 ? null : staged;
  }

  public void put(Table table, byte[] key, byte[] value) {
    changes.put(new Key(table, Bytes.wrap(key)), value);
    bytes += key.length + value.length;
  }

  public void remove(Table table, byte[] key) {
    changes.put(new Key(table, Bytes.wrap(key)), REMOVED);
    bytes += key.length;
  }

  /** Bytes put since the last commit. */
  public long bytes() {
    return bytes;
  }

  /**
   * Writes everything, and more that nobody needs to read before.
   *
   * @throws Database.WriteFailedException when the disk does not take it; nothing is forgotten
   */
  public void commit(List<Database.Change> more) {
    List<Database.Change> all = new ArrayList<>(changes.size() + more.size());
    changes.forEach(
        (key, value) ->
            all.add(
                new Database.Change(
                    key.table(), key.bytes().toArrayUnsafe(), value.length == 0 ? null : value)));
    all.addAll(more);
    database.write(all);
    rollback();
  }

  /** Forgets what has not been committed. */
  public void rollback() {
    changes.clear();
    bytes = 0;
  }
}
