package io.kadlink.identity;

import io.kadlink.identity.WholeFile.Readers;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
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
    try {
      WholeFile.replace(file, text(secret), Readers.OWNER);
    } catch (IOException e) {
      throw notWritten(file, e);
    }
  }

  /**
   * Writes {@code secret} unless the file exists.
   *
   * @throws FileAlreadyExistsException when it exists, be it since a moment ago
   */
  static void create(Path file, Bytes32 secret) throws IOException {
    try {
      WholeFile.create(file, text(secret), Readers.OWNER);
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (IOException e) {
      throw notWritten(file, e);
    }
  }

  private static String text(Bytes32 secret) {
    return secret.toUnprefixedHexString() + "\n";
  }

  private static IOException notWritten(Path file, IOException e) {
    return new IOException("can't write key file " + file + ": " + reason(e), e);
  }

  private static void warnIfOthersCanRead(Path file) throws IOException {
    if (!WholeFile.hasPosixModes(file)) {
      return;
    }
    Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
    if (!Readers.OWNER.mode().containsAll(mode)) {
      LOG.warn(
          "key file {} has mode {}; a node key should be readable by its owner alone (chmod 600)",
          file,
          PosixFilePermissions.toString(mode));
    }
  }

  /** File system exceptions often have nothing but a file name as their message. */
  private static String reason(IOException e) {
    String message = e.getMessage();
    return message == null
        ? e.getClass().getSimpleName()
        : e.getClass().getSimpleName() + ": " + message;
  }
}
