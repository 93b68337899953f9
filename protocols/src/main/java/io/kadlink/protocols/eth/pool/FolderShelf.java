package io.kadlink.protocols.eth.pool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.tuweni.bytes.Bytes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A shelf of one file for each name. A file is written beside and moved to its name, so a process
 * that is killed leaves whole files only.
 */
final class FolderShelf implements Shelf {
  private static final Logger LOG = LoggerFactory.getLogger(FolderShelf.class);

  private static final String UNFINISHED = ".tmp";

  private final Path directory;

  private FolderShelf(Path directory) {
    this.directory = directory;
  }

  static FolderShelf open(Path directory) throws IOException {
    Files.createDirectories(directory);
    FolderShelf shelf = new FolderShelf(directory);
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.filter(each -> each.toString().endsWith(UNFINISHED)).toList()) {
        Files.deleteIfExists(file);
      }
    }
    return shelf;
  }

  @Override
  public void put(String name, Bytes data) throws IOException {
    Path unfinished = directory.resolve(name + UNFINISHED);
    try {
      try (FileChannel file =
          FileChannel.open(
              unfinished,
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE,
              StandardOpenOption.TRUNCATE_EXISTING)) {
        ByteBuffer buffer = ByteBuffer.wrap(data.toArrayUnsafe());
        while (buffer.hasRemaining()) {
          file.write(buffer);
        }
      }
      Files.move(
          unfinished,
          directory.resolve(name),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      Files.deleteIfExists(unfinished);
      throw e;
    }
  }

  @Override
  public Optional<Bytes> get(String name) {
    try {
      return Optional.of(Bytes.wrap(Files.readAllBytes(directory.resolve(name))));
    } catch (IOException e) {
      LOG.debug("{} can't be read", directory.resolve(name), e);
      return Optional.empty();
    }
  }

  @Override
  public Optional<Bytes> get(String name, long offset, int bytes) {
    try (FileChannel file = FileChannel.open(directory.resolve(name), StandardOpenOption.READ)) {
      ByteBuffer buffer = ByteBuffer.allocate(bytes);
      while (buffer.hasRemaining()) {
        if (file.read(buffer, offset + buffer.position()) < 0) {
          return Optional.empty();
        }
      }
      return Optional.of(Bytes.wrap(buffer.array()));
    } catch (IOException e) {
      LOG.debug("{} can't be read", directory.resolve(name), e);
      return Optional.empty();
    }
  }

  @Override
  public void remove(String name) {
    try {
      Files.deleteIfExists(directory.resolve(name));
    } catch (IOException e) {
      LOG.warn("{} can't be deleted", directory.resolve(name), e);
    }
  }

  @Override
  public List<String> names() {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      LOG.warn("{} can't be listed", directory, e);
      return List.of();
    }
  }
}
