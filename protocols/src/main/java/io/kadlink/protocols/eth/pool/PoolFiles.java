package io.kadlink.protocols.eth.pool;

import java.io.IOException;
import java.nio.file.Path;

/** Where a pool keeps what is too large for the heap, and what must outlive the process. */
public final class PoolFiles {
  private final Shelf blobs;
  private final Shelf locals;

  private PoolFiles(Shelf blobs, Shelf locals) {
    this.blobs = blobs;
    this.locals = locals;
  }

  /** Folders in this directory. */
  public static PoolFiles in(Path directory) throws IOException {
    return new PoolFiles(
        Shelf.in(directory.resolve("blobs")), Shelf.in(directory.resolve("local")));
  }

  /** On the heap; nothing outlives the process. */
  public static PoolFiles inMemory() {
    return new PoolFiles(Shelf.inMemory(), Shelf.inMemory());
  }

  Shelf blobs() {
    return blobs;
  }

  Shelf locals() {
    return locals;
  }
}
