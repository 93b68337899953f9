package io.kadlink.server.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that is always written whole: into a new one beside it, synced, then put in its place. So
 * it holds the old or the new content whenever the process dies, and the old one while the disk is
 * full. Thread-safe.
 */
public final class StateFile implements AutoCloseable {
  /** Far above what is written here; a larger file is none of ours. */
  static final int MAX_BYTES = 16 << 20;

  private static final Logger LOG = LoggerFactory.getLogger(StateFile.class);

  private final Path file;
  private final Executor writer;
  private final AtomicReference<byte @Nullable []> pending = new AtomicReference<>();
  private final ReentrantLock writing = new ReentrantLock();
  private boolean failing;

  /**
   * @param writer where the disk is waited for
   */
  public StateFile(Path file, Executor writer) {
    this.file = file;
    this.writer = writer;
  }

  /**
   * Gives the content to {@code reader}, if there is a file. One that can't be read, or that {@code
   * reader} refuses with an {@link IllegalArgumentException}, is set aside, with a warning.
   */
  public void read(Consumer<byte[]> reader, Instant now) {
    String why;
    try {
      if (Files.size(file) > MAX_BYTES) {
        why = "it has more than " + MAX_BYTES + " bytes";
      } else {
        reader.accept(Files.readAllBytes(file));
        return;
      }
    } catch (NoSuchFileException e) {
      return;
    } catch (IOException | IllegalArgumentException e) {
      why = String.valueOf(e.getMessage());
    }
    Path aside = file.resolveSibling(file.getFileName() + ".corrupt-" + now.toEpochMilli());
    try {
      Files.move(file, aside);
      LOG.warn("{} can't be read ({}); it is now {}, and a new one is begun", file, why, aside);
    } catch (IOException e) {
      LOG.warn("{} can't be read ({}), nor set aside ({})", file, why, e.toString());
    }
  }

  /** Writes {@code content} soon; of several that wait the newest is written. */
  public void save(byte[] content) {
    if (pending.getAndSet(content.clone()) == null) {
      try {
        writer.execute(this::write);
      } catch (RejectedExecutionException stopping) {
        write();
      }
    }
  }

  private void write() {
    writing.lock();
    try {
      byte[] content = pending.getAndSet(null);
      if (content != null) {
        replace(content);
        failing = false;
      }
    } catch (IOException e) {
      if (!failing) {
        LOG.warn("{} can't be written: {}; what it should say is lost if this node ends", file, e);
      }
      failing = true;
    } finally {
      writing.unlock();
    }
  }

  private void replace(byte[] content) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    try (FileChannel channel =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Writes what waits, and returns when it is on disk. */
  @Override
  public void close() {
    write();
  }
}
