package io.kadlink.server.membership;

import io.kadlink.identity.WholeFile;
import io.kadlink.identity.WholeFile.Readers;
import java.io.IOException;
import java.nio.file.Path;

/** Writes a file whole, or not at all. */
final class Draft {
  private Draft() {}

  /** A file that only its owner may read, from the start. */
  static void writeSecret(Path file, String text) throws MembershipException {
    write(file, text, Readers.OWNER);
  }

  /** A file for everyone, replacing what is there. */
  static void write(Path file, String text) throws MembershipException {
    write(file, text, Readers.EVERYONE);
  }

  private static void write(Path file, String text, Readers readers) throws MembershipException {
    try {
      WholeFile.replace(file, text, readers);
    } catch (IOException e) {
      throw new MembershipException("can't write " + file + ": " + e, e);
    }
  }
}
