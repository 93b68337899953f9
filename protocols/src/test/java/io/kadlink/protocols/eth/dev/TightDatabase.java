package io.kadlink.protocols.eth.dev;

import io.kadlink.protocols.eth.store.Database;
import io.kadlink.protocols.eth.store.Table;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A database on a disk with so much room; what does not fit is refused as a whole. */
record TightDatabase(Database database, AtomicLong room) implements Database {
  @Override
  public String name() {
    return database.name();
  }

  @Override
  public byte @Nullable [] get(Table table, byte[] key) {
    return database.get(table, key);
  }

  @Override
  public void write(Collection<Change> changes) {
    long bytes = 0;
    for (Change change : changes) {
      byte[] value = change.value();
      bytes += change.key().length + (value == null ? 0 : value.length);
    }
    if (bytes > room.get()) {
      throw new WriteFailedException("No space left on device", null);
    }
    database.write(changes);
  }

  @Override
  public void close() {
    database.close();
  }
}
