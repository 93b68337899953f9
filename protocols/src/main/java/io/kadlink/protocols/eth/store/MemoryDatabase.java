package io.kadlink.protocols.eth.store;

import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.tuweni.bytes.Bytes;
import org.jspecify.annotations.Nullable;

/** A database that is gone when it is closed. */
public final class MemoryDatabase implements Database {
  private final Map<Table, Map<Bytes, byte[]>> tables = new EnumMap<>(Table.class);
  private volatile boolean closed;

  public MemoryDatabase() {
    for (Table table : Table.values()) {
      tables.put(table, new ConcurrentHashMap<>());
    }
  }

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public byte @Nullable [] get(Table table, byte[] key) {
    requireOpen();
    return table(table).get(Bytes.wrap(key));
  }

  @Override
  public void write(Collection<Change> changes) {
    requireOpen();
    for (Change change : changes) {
      byte[] value = change.value();
      if (value == null) {
        table(change.table()).remove(Bytes.wrap(change.key()));
      } else {
        table(change.table()).put(Bytes.wrap(change.key()), value);
      }
    }
  }

  private Map<Bytes, byte[]> table(Table table) {
    return java.util.Objects.requireNonNull(tables.get(table));
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the chain is closed");
    }
  }

  @Override
  public void close() {
    closed = true;
  }
}
