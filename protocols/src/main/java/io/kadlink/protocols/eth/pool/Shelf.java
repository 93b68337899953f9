package io.kadlink.protocols.eth.pool;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;

/** Keeps byte strings by name. Thread-safe. */
interface Shelf {

  /** Files in a directory, which is made when there is none. */
  static Shelf in(Path directory) throws IOException {
    return FolderShelf.open(directory);
  }

  /** On the heap. */
  static Shelf inMemory() {
    return new MemoryShelf();
  }

  /**
   * Keeps {@code data} under a name; once this returns, it outlives the process.
   *
   * @param name letters, digits and dots
   */
  void put(String name, Bytes data) throws IOException;

  /** What is kept under this name; empty also when it can't be read. */
  Optional<Bytes> get(String name);

  /** A part of it. */
  Optional<Bytes> get(String name, long offset, int bytes);

  void remove(String name);

  List<String> names();
}
