package io.kadlink.server.membership;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/** Writes a file as a draft beside it, which takes its name once it is whole and on the disk. */
final class Draft {
  private static final String SECRET = "rw-------";
  private static final String PUBLIC = "rw-r--r--";

  private Draft() {}

  /** A file that only its owner may read, from the start. */
  static void writeSecret(Path file, String text) throws MembershipException {
    write(file, text, SECRET);
  }

  /** A file for everyone, replacing what is there. */
  static void write(Path file, String text) throws MembershipException {
    write(file, text, PUBLIC);
  }

  private static void write(Path file, String text, String mode) throws MembershipException {
    try {
      Path folder = file.toAbsolutePath().getParent();
      if (folder == null) {
        throw new MembershipException(file + " is not a file name");
      }
      Files.createDirectories(folder);
      Path draft = Files.createTempFile(folder, ".draft", ".tmp", attributes(folder, mode));
      try {
        try (FileChannel out = FileChannel.open(draft, StandardOpenOption.WRITE)) {
          ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
          while (bytes.hasRemaining()) {
            out.write(bytes);
          }
          out.force(true);
        }
        Files.move(
            draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(draft);
      }
    } catch (IOException e) {
      throw new MembershipException("can't write " + file + ": " + e, e);
    }
  }

  private static FileAttribute<?>[] attributes(Path folder, String mode) {
    return folder.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode))
        }
        : new FileAttribute<?>[0];
  }
}
