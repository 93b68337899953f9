package io.kadlink.identity;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.apache.tuweni.bytes.Bytes32;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file a node's key lives in: 64 hex digits, as geth writes it. Besu's leading {@code 0x} is
 * read too. A file appears under its name only when it is complete, and nobody but its owner can
 * read it at any moment. Messages name the file and never quote its content.
 */
final class KeyFile {
  private static final Logger LOG = LoggerFactory.getLogger(KeyFile.class);

  /** Room for the digits, a prefix and white space; anything longer is some other file. */
  private static final int MAX_BYTES = 256;

  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  private KeyFile() {}

  /**
   * @throws NoSuchFileException when there is no such file
   * @throws IOException when it can't be read or holds no key
   */
  static NodeKey read(Path file) throws IOException {
    byte[] content;
    try (InputStream in = Files.newInputStream(file)) {
      content = in.readNBytes(MAX_BYTES + 1);
    } catch (NoSuchFileException e) {
      throw e;
    } catch (IOException e) {
      throw new IOException("can't read key file " + file + ": " + reason(e), e);
    }
    if (content.length > MAX_BYTES) {
      throw new IOException("key file " + file + " holds no node key: it is too long");
    }
    NodeKey key;
    try {
      key = NodeKey.parse(new String(content, StandardCharsets.ISO_8859_1));
    } catch (IllegalArgumentException e) {
      throw new IOException("key file " + file + " holds no node key: " + e.getMessage(), e);
    }
    warnIfOthersCanRead(file);
    return key;
  }

  /** Writes {@code secret}, replacing what is there. */
  static void write(Path file, Bytes32 secret) throws IOException {
    publish(file, secret, true);
  }

  /**
   * Writes {@code secret} unless the file exists.
   *
   * @throws FileAlreadyExistsException when it exists, be it since a moment ago
   */
  static void create(Path file, Bytes32 secret) throws IOException {
    publish(file, secret, false);
  }

  private static void publish(Path file, Bytes32 secret, boolean replace) throws IOException {
    try {
      Path folder = file.toAbsolutePath().getParent();
      if (folder == null) {
        throw new FileNotFoundException("it is not a file name");
      }
      Files.createDirectories(folder);
      Path draft = Files.createTempFile(folder, ".nodekey", ".tmp", ownerOnly(folder));
      try {
        try (FileChannel out = FileChannel.open(draft, StandardOpenOption.WRITE)) {
          ByteBuffer text = StandardCharsets.US_ASCII.encode(secret.toUnprefixedHexString() + "\n");
          while (text.hasRemaining()) {
            out.write(text);
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
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (IOException e) {
      throw new IOException("can't write key file " + file + ": " + reason(e), e);
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

  private static FileAttribute<?>[] ownerOnly(Path folder) {
    if (!hasPosixModes(folder)) {
      return new FileAttribute<?>[0];
    }
    return new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)};
  }

  private static void warnIfOthersCanRead(Path file) throws IOException {
    if (!hasPosixModes(file)) {
      return;
    }
    Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
    if (!OWNER_ONLY.containsAll(mode)) {
      LOG.warn(
          "key file {} has mode {}; a node key should be readable by its owner alone (chmod 600)",
          file,
          PosixFilePermissions.toString(mode));
    }
  }

  private static boolean hasPosixModes(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  /** File system exceptions often have nothing but a file name as their message. */
  private static String reason(IOException e) {
    String message = e.getMessage();
    return message == null
        ? e.getClass().getSimpleName()
        : e.getClass().getSimpleName() + ": " + message;
  }
}
