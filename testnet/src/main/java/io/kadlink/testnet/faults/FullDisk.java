package io.kadlink.testnet.faults;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A small disk that is filled to the last byte by one file, and freed by removing it. */
final class FullDisk {
  private static final int LARGE = 64 << 10;

  private final Path filler;

  /**
   * @param disk a folder on it
   */
  FullDisk(Path disk) {
    this.filler = disk.resolve("filler");
  }

  /** Fills it; returns how many bytes that took. */
  long fill() throws IOException {
    return fill(0);
  }

  /** Fills it all but so many bytes, as far as its blocks are as small as that. */
  long fill(int left) throws IOException {
    try (FileChannel out =
        FileChannel.open(filler, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      long filled = 0;
      for (int piece = LARGE; piece > 0; piece /= 2) {
        filled += fill(out, piece);
      }
      if (left > 0) {
        out.truncate(Math.max(0, filled - left));
      }
      return filled;
    }
  }

  private static long fill(FileChannel out, int piece) {
    long filled = 0;
    try {
      while (true) {
        filled += out.write(ByteBuffer.allocate(piece));
      }
    } catch (IOException full) {
      return filled;
    }
  }

  void free() throws IOException {
    Files.deleteIfExists(filler);
  }
}
