package io.kadlink.identity;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Files that appear under their name only when they are complete: written as a draft beside it,
 * synced, and then given the name. With the mode they are meant to have from the first moment.
 */
public final class WholeFile {
  private WholeFile() {}

  /** Who may read a file, where the file system knows such a thing. */
  public enum Readers {
    OWNER("rw-------"),
    EVERYONE("rw-r--r--");

    private final String mode;

    Readers(String mode) {
      this.mode = mode;
    }

    Set<PosixFilePermission> mode() {
      return PosixFilePermissions.fromString(mode);
    }
  }

  /** Writes {@code text} (UTF-8), replacing what is there; makes the folder when it is missing. */
  public static void replace(Path file, String text, Readers readers) throws IOException {
    publish(file, text, readers, true);
  }

  /**
   * As above, unless the file exists.
   *
   * @throws FileAlreadyExistsException when it exists, be it since a moment ago
   */
  public static void create(Path file, String text, Readers readers) throws IOException {
    publish(file, text, readers, false);
  }

  private static void publish(Path file, String text, Readers readers, boolean replace)
      throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null) {
      throw new FileNotFoundException("it is not a file name");
    }
    Files.createDirectories(folder);
    Path draft = Files.createTempFile(folder, ".draft", ".tmp", attributes(folder, readers));
    try {
      try (FileChannel out = FileChannel.open(draft, StandardOpenOption.WRITE)) {
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
        while (bytes.hasRemaining()) {
          out.write(bytes);
        }
        out.force(true);
      }
      if (replace) {
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
      } else {
        linkOrMove(draft, file);
      }
    } finally {
      Files.deleteIfExists(draft);
    }
  }

  /** A hard link is the one way to make a name appear atomically only if it is free. */
  private static void linkOrMove(Path draft, Path file) throws IOException {
    try {
      Files.createLink(file, draft);
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (UnsupportedOperationException | FileSystemException e) {
      Files.move(draft, file);
    }
  }

  private static FileAttribute<?>[] attributes(Path folder, Readers readers) {
    return hasPosixModes(folder)
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(readers.mode())}
        : new FileAttribute<?>[0];
  }

  static boolean hasPosixModes(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }
}
