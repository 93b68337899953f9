package io.kadlink.protocols.eth.dev;

import io.kadlink.protocols.eth.chain.Block;
import io.kadlink.protocols.eth.chain.BlockCodec;
import io.kadlink.protocols.eth.dev.ChainFile.ImportException;
import io.kadlink.protocols.eth.rlp.InvalidRlpException;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.apache.tuweni.bytes.Bytes;
import org.jspecify.annotations.Nullable;

/** Reads the blocks of a chain file one after the other; see {@link ChainFile}. */
public final class BlockReader implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 20;

  /** The first byte of a list whose length takes 0 further bytes, minus that length. */
  private static final int SHORT_LIST = 0xc0;

  private static final int LONG_LIST = 0xf7;

  /** Bytes that the length of the largest block takes. */
  private static final int MAX_LENGTH_BYTES = 4;

  private final Path file;
  private final InputStream in;
  private long bytesRead;
  private long blocksRead;

  private BlockReader(Path file, InputStream in) {
    this.file = file;
    this.in = in;
  }

  /**
   * Opens a file, which is compressed when its name ends in {@code .gz}.
   *
   * @throws IOException when it can't be read
   */
  public static BlockReader open(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new NoSuchFileException(file.toString(), null, "no chain file");
    }
    InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES);
    return new BlockReader(
        file, file.toString().endsWith(".gz") ? new GZIPInputStream(in, BUFFER_BYTES) : in);
  }

  /** Bytes read so far, after decompression. */
  public long bytesRead() {
    return bytesRead;
  }

  /** Blocks read so far. */
  public long blocksRead() {
    return blocksRead;
  }

  /**
   * The next block; null at the end of the file.
   *
   * @throws ImportException when there is none to be read; the message names the block and says why
   * @throws IOException when the file can't be read
   */
  public @Nullable Block next() throws IOException {
    long start = bytesRead;
    try {
      byte[] rlp = nextItem();
      if (rlp == null) {
        return null;
      }
      Block block = BlockCodec.decode(Bytes.wrap(rlp));
      blocksRead++;
      return block;
    } catch (InvalidRlpException | EOFException e) {
      throw new ImportException(
          file + ": block " + blocksRead + " at byte " + start + ": " + e.getMessage(), e);
    }
  }

  /** The next RLP list; null at the end of the file. */
  private byte @Nullable [] nextItem() throws IOException {
    int first = in.read();
    if (first < 0) {
      return null;
    }
    bytesRead++;
    if (first < SHORT_LIST) {
      throw new InvalidRlpException("expected a list, found byte 0x" + Integer.toHexString(first));
    }
    byte[] lengthBytes = read(Math.max(0, first - LONG_LIST), MAX_LENGTH_BYTES, "its length");
    long length = (long) first - SHORT_LIST;
    if (lengthBytes.length > 0) {
      length = Bytes.wrap(lengthBytes).toLong();
    }
    byte[] payload = read(length, BlockCodec.MAX_BLOCK_BYTES, "the block");
    byte[] item = new byte[1 + lengthBytes.length + payload.length];
    item[0] = (byte) first;
    System.arraycopy(lengthBytes, 0, item, 1, lengthBytes.length);
    System.arraycopy(payload, 0, item, 1 + lengthBytes.length, payload.length);
    return item;
  }

  private byte[] read(long bytes, int max, String what) throws IOException {
    if (bytes > max) {
      throw new InvalidRlpException(what + " has " + bytes + " bytes, at most " + max);
    }
    byte[] read = in.readNBytes((int) bytes);
    bytesRead += read.length;
    if (read.length < bytes) {
      throw new EOFException("the file ends in the middle of it");
    }
    return read;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
