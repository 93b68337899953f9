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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that is always written whole: into a new one beside it, synced, then put in its place. So
 * it holds the old or the new content whenever the process dies, and the old one while the disk is
 * full. Whoever saves learns when it is on disk, or that it could not be written; what could not be
 * is remembered for {@link #retry}. Thread-safe.
 */
public final class StateFile implements AutoCloseable {
  /** Far above what is written here; a larger file is none of ours. */
  static final int MAX_BYTES = 16 << 20;

  private static final Logger LOG = LoggerFactory.getLogger(StateFile.class);

  private final Path file;
  private final Executor writer;
  private final AtomicReference<@Nullable Pending> pending = new AtomicReference<>();
  private final ReentrantLock writing = new ReentrantLock();

  /** What the file should hold and does not, because writing it failed; else null. */
  private volatile @Nullable Supplier<byte[]> unwritten;

  /**
   * What is to be written, and who waits for it.
   *
   * @param content asked for where it is written
   * @param written shared by all whose content it replaced before it was written
   */
  private record Pending(Supplier<byte[]> content, CompletableFuture<@Nullable Void> written) {}

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

  /**
   * Writes {@code content} soon; of several that wait the newest is written.
   *
   * @return completes when this content, or a newer one, is on disk; with an {@link IOException}
   *     that names the file when it can't be written
   */
  public CompletionStage<@Nullable Void> save(byte[] content) {
    byte[] own = content.clone();
    return save(() -> own);
  }

  /**
   * As {@link #save(byte[])}, with content that is made when it is written: on the writer, and only
   * if nothing newer is to be written then.
   *
   * @param content called on the writer
   */
  public CompletionStage<@Nullable Void> save(Supplier<byte[]> content) {
    CompletableFuture<@Nullable Void> fresh = new CompletableFuture<>();
    Pending before =
        pending.getAndUpdate(
            waiting -> new Pending(content, waiting == null ? fresh : waiting.written()));
    if (before != null) {
      return before.written();
    }
    try {
      writer.execute(this::write);
    } catch (RejectedExecutionException stopping) {
      write();
    }
    return fresh;
  }

  /** Tries again to write what could not be written, if there is such a thing. */
  public void retry() {
    Supplier<byte[]> content = unwritten;
    if (content != null && pending.get() == null) {
      var unused = save(content);
    }
  }

  /** Whether what the file should hold could not be written when it was last tried. */
  public boolean failing() {
    return unwritten != null;
  }

  /** The file's name without its folder. */
  public String name() {
    return String.valueOf(file.getFileName());
  }

  private void write() {
    writing.lock();
    try {
      Pending next = pending.getAndSet(null);
      if (next != null) {
        write(next);
      }
    } finally {
      writing.unlock();
    }
  }

  private void write(Pending next) {
    byte[] content;
    try {
      content = next.content().get();
    } catch (RuntimeException e) {
      next.written().completeExceptionally(e);
      throw e;
    }
    try {
      replace(content);
    } catch (IOException e) {
      if (unwritten == null) {
        LOG.warn(
            "{} can't be written: {}. What it should say is lost if this node ends; make room or"
                + " mend what is wrong, it is tried again every now and then",
            file,
            e.toString());
      }
      unwritten = next.content();
      next.written().completeExceptionally(new IOException(file + " can't be written: " + e, e));
      return;
    }
    if (unwritten != null) {
      unwritten = null;
      LOG.info("{} is written again", file);
    }
    next.written().complete(null);
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
    syncFolder();
  }

  /** So that the new name outlives the machine, too; not every platform knows such a thing. */
  private void syncFolder() {
    Path folder = file.toAbsolutePath().getParent();
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      LOG.debug("the folder of {} can't be synced: {}", file, e.toString());
    }
  }

  /** Writes what waits or could not be written before, and returns when that is over. */
  @Override
  public void close() {
    retry();
    write();
  }
}
