package io.kadlink.cli;

import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.dev.ChainFile;
import java.nio.file.Path;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One log line every few seconds of a long import. */
final class ImportProgress implements ChainFile.Progress {
  private static final Logger log = LoggerFactory.getLogger(ImportProgress.class);
  private static final long PERIOD_NANOS = Duration.ofSeconds(5).toNanos();

  private final Path file;
  private final long fileBytes;
  private long lastSaid = System.nanoTime();

  ImportProgress(Path file, long fileBytes) {
    this.file = file;
    this.fileBytes = fileBytes;
  }

  @Override
  public void imported(BlockHeader last, long blocks, long bytesRead) {
    long now = System.nanoTime();
    if (now - lastSaid >= PERIOD_NANOS) {
      lastSaid = now;
      log.info(
          "importing {}: {} blocks, at {}, {} of {} bytes",
          file,
          blocks,
          last,
          bytesRead,
          fileBytes);
    }
  }
}
