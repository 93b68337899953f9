package io.kadlink.cli;

import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.dev.ChainFile;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far the import of a file is: a bar on a terminal, a log line every few seconds elsewhere. The
 * file's size tells what is left, unless the file is compressed.
 */
final class ImportProgress implements ChainFile.Progress, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ImportProgress.class);
  private static final long LINE_NANOS = Duration.ofSeconds(5).toNanos();
  private static final long BAR_NANOS = Duration.ofMillis(200).toNanos();
  private static final int BAR_WIDTH = 30;

  /** The system property by which {@code cli/bin/kadlink} says that stderr is a terminal. */
  private static final String TERMINAL = "kadlink.terminal";

  private static final String CLEAR_LINE = "\r\033[K";

  private final Path file;
  private final long fileBytes;
  private final boolean compressed;
  private final LongSupplier nanoTime;
  private final @Nullable PrintStream terminal;
  private final long start;
  private long lastSaid;

  /** On this process's error stream, when that is a terminal, as who started it knows. */
  ImportProgress(Path file, long fileBytes) {
    this(file, fileBytes, System::nanoTime, Boolean.getBoolean(TERMINAL) ? System.err : null);
  }

  /**
   * @param terminal where the bar goes; null: lines in the log
   */
  ImportProgress(Path file, long fileBytes, LongSupplier nanoTime, @Nullable PrintStream terminal) {
    this.file = file;
    this.fileBytes = fileBytes;
    this.compressed = file.toString().endsWith(".gz");
    this.nanoTime = nanoTime;
    this.terminal = terminal;
    this.start = nanoTime.getAsLong();
    this.lastSaid = start;
  }

  @Override
  public void imported(BlockHeader last, long blocks, long bytesRead) {
    long now = nanoTime.getAsLong();
    PrintStream out = terminal;
    if (now - lastSaid < (out == null ? LINE_NANOS : BAR_NANOS)) {
      return;
    }
    lastSaid = now;
    String text = text(last.number(), blocks, bytesRead, (now - start) / 1e9);
    if (out == null) {
      log.info("importing {}: {}", file, text);
    } else {
      out.print(CLEAR_LINE + (compressed ? "" : bar(bytesRead) + " ") + text);
      out.flush();
    }
  }

  private String bar(long bytesRead) {
    int full = Math.clamp(BAR_WIDTH * bytesRead / Math.max(1, fileBytes), 0, BAR_WIDTH);
    return "[" + "#".repeat(full) + "-".repeat(BAR_WIDTH - full) + "]";
  }

  private String text(long number, long blocks, long bytesRead, double seconds) {
    String speed =
        String.format(
            Locale.ROOT,
            "block %d, %.0f blocks/s, %.1f MB/s",
            number,
            blocks / seconds,
            bytesRead / seconds / 1e6);
    if (compressed) {
      return speed;
    }
    double left = (fileBytes - bytesRead) * seconds / Math.max(1, bytesRead);
    return String.format(
        Locale.ROOT,
        "%.1f %%, %s, %s left",
        100.0 * bytesRead / Math.max(1, fileBytes),
        speed,
        clock(Math.round(left)));
  }

  private static String clock(long seconds) {
    return seconds < 3600
        ? String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60)
        : String.format(
            Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
  }

  /** Takes the bar away. */
  @Override
  public void close() {
    PrintStream out = terminal;
    if (out != null) {
      out.print(CLEAR_LINE);
      out.flush();
    }
  }
}
