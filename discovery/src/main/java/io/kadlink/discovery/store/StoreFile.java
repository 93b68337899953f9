package io.kadlink.discovery.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the node database's file. What it holds can be found again on the network, so a file that
 * can't be used is never a reason not to start: it is kept under another name, for whoever wants to
 * look, and a new one is begun. Only what says "this file is in use" or "may not be touched" stops.
 */
final class StoreFile {
  private static final Logger log = LoggerFactory.getLogger(StoreFile.class);

  /** What the layout of {@link NodeStore} and {@link Row} is called inside the file. */
  static final String LAYOUT = "kadlink-nodes-2";

  static final String META = "meta";

  private static final byte[] LAYOUT_KEY = "layout".getBytes(StandardCharsets.US_ASCII);
  private static final int MAX_LAYOUT_BYTES = 64;

  private static final DateTimeFormatter TIMESTAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  /** What kind of unusable; part of the name a file is set aside under. */
  private enum Fault {
    CORRUPT("corrupt"),
    OTHER_VERSION("other-version");

    final String suffix;

    Fault(String suffix) {
      this.suffix = suffix;
    }
  }

  private static final class UnusableException extends Exception {
    private static final long serialVersionUID = 1L;

    final Fault fault;

    UnusableException(Fault fault, String message, @Nullable Throwable cause) {
      super(message, cause);
      this.fault = fault;
    }
  }

  private StoreFile() {}

  static NodeStore open(Path file, Instant now) throws IOException {
    return open(file, "", now);
  }

  /**
   * As above.
   *
   * @param scheme of H2's virtual file system that the file is reached through; empty: none
   */
  static NodeStore open(Path file, String scheme, Instant now) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    if (Files.exists(file)
        && !(Files.isRegularFile(file) && Files.isReadable(file) && Files.isWritable(file))) {
      throw new IOException(
          "the node database " + file + " is not a file that can be read and written");
    }
    boolean fresh = !Files.exists(file);
    try {
      return read(file, scheme);
    } catch (IOException e) {
      if (fresh) {
        Files.deleteIfExists(file); // a beginning of a file, cut off by a full disk
      }
      throw e;
    } catch (UnusableException e) {
      Path aside = setAside(file, e.fault, now);
      log.warn(
          "the node database {} can't be used: {}. It was set aside as {}, and this node starts"
              + " with an empty one; it will find nodes anew from its bootnodes",
          file,
          e.getMessage(),
          aside.getFileName(),
          e.getCause());
      try {
        return read(file, scheme);
      } catch (UnusableException again) {
        throw new IOException("the node database " + file + " can't be made", again);
      }
    }
  }

  private static NodeStore read(Path file, String scheme) throws IOException, UnusableException {
    MVStore store = null;
    try {
      store =
          new MVStore.Builder()
              .fileName(scheme + file)
              .autoCommitDisabled()
              .pageSplitSize(NodeStore.PAGE_BYTES)
              .cacheSize(NodeStore.CACHE_MEGABYTES)
              .open();
      checkLayout(store);
      NodeStore nodes = new NodeStore(store, file, scheme);
      nodes.check();
      if (store.hasUnsavedChanges()) {
        nodes.commit(); // a new file
      }
      return nodes;
    } catch (UnusableException e) {
      closeImmediately(store);
      throw e;
    } catch (MVStoreException e) {
      closeImmediately(store);
      if (e.getErrorCode() == DataUtils.ERROR_FILE_LOCKED) {
        throw new IOException("the node database " + file + " is in use by another process", e);
      }
      Optional<String> refused = writingFailed(e);
      if (refused.isPresent()) { // the file is as good as before
        throw new IOException(
            "the node database " + file + " can't be written: " + refused.get(), e);
      }
      boolean newer = e.getErrorCode() == DataUtils.ERROR_UNSUPPORTED_FORMAT;
      throw new UnusableException(newer ? Fault.OTHER_VERSION : Fault.CORRUPT, "it is damaged", e);
    } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
      // Damage shows as many kinds of exception; a length of nonsense, as an array too large.
      closeImmediately(store);
      throw new UnusableException(Fault.CORRUPT, "it is damaged", e);
    }
  }

  /** Whether {@code failure} says that the disk did not take what was to be written, and why. */
  static Optional<String> writingFailed(RuntimeException failure) {
    if (failure instanceof MVStoreException e
        && e.getErrorCode() == DataUtils.ERROR_WRITING_FAILED) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      return Optional.of(String.valueOf(cause.getMessage()));
    }
    return Optional.empty();
  }

  private static void checkLayout(MVStore store) throws UnusableException {
    boolean empty = store.getMapNames().isEmpty();
    MVMap<byte[], byte[]> meta = NodeStore.map(store, META);
    byte[] layout = meta.get(LAYOUT_KEY);
    if (layout == null) {
      if (!empty) {
        throw new UnusableException(Fault.OTHER_VERSION, "another program made it", null);
      }
      meta.put(LAYOUT_KEY, LAYOUT.getBytes(StandardCharsets.US_ASCII));
      return;
    }
    String found =
        new String(layout, 0, Math.min(layout.length, MAX_LAYOUT_BYTES), StandardCharsets.US_ASCII)
            .replaceAll("[^ -~]", "?");
    if (!found.equals(LAYOUT)) {
      throw new UnusableException(
          Fault.OTHER_VERSION,
          "its layout is \"" + found + "\", this version reads \"" + LAYOUT + "\"",
          null);
    }
  }

  private static Path setAside(Path file, Fault fault, Instant now) throws IOException {
    String stem = file.getFileName() + "." + fault.suffix + "-" + TIMESTAMP.format(now);
    Path aside = file.resolveSibling(stem);
    for (int i = 2; Files.exists(aside); i++) {
      aside = file.resolveSibling(stem + "-" + i);
    }
    return Files.move(file, aside);
  }

  private static void closeImmediately(@Nullable MVStore store) {
    if (store != null) {
      store.closeImmediately();
    }
  }
}
