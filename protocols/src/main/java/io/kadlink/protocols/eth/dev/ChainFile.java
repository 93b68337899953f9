package io.kadlink.protocols.eth.dev;

import io.kadlink.protocols.eth.chain.Block;
import io.kadlink.protocols.eth.chain.BlockCodec;
import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.Chain;
import io.kadlink.protocols.eth.chain.ImportResult;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Files of RLP blocks one after the other, as geth's {@code export} writes and its {@code import}
 * reads; compressed when the name ends in {@code .gz}. Blocking: not for an event loop.
 */
public final class ChainFile {
  private static final int BUFFER_BYTES = 1 << 20;

  /** Blocks handed to the chain before the first answer is waited for. */
  private static final int MAX_IN_FLIGHT = 1_024;

  private ChainFile() {}

  /** How an import goes. */
  public interface Progress {
    /**
     * Called after each block, on the importing thread.
     *
     * @param blocks imported or known so far
     * @param bytesRead of the file, after decompression
     */
    void imported(BlockHeader last, long blocks, long bytesRead);
  }

  /** A file that could not be imported to its end; what came before the fault is kept. */
  public static final class ImportException extends IOException {
    private static final long serialVersionUID = 1L;

    ImportException(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  private record InFlight(
      BlockHeader header,
      long index,
      long start,
      long bytesRead,
      CompletionStage<ImportResult> answer) {}

  /**
   * Imports every block of a file.
   *
   * @return how many blocks the file has
   * @throws ImportException at the first block that can't be taken; the message names it and says
   *     why
   * @throws IOException when the file can't be read
   */
  public static long importInto(Chain chain, Path file, Progress progress) throws IOException {
    try (BlockReader in = BlockReader.open(file)) {
      return new Import(chain, file, in, progress).run();
    }
  }

  /** One import under way. */
  private static final class Import {
    private final Chain chain;
    private final Path file;
    private final BlockReader in;
    private final Progress progress;
    private final Deque<InFlight> inFlight = new ArrayDeque<>();

    Import(Chain chain, Path file, BlockReader in, Progress progress) {
      this.chain = chain;
      this.file = file;
      this.in = in;
      this.progress = progress;
    }

    long run() throws IOException {
      while (true) {
        long start = in.bytesRead();
        Block block;
        try {
          block = in.next();
        } catch (ImportException e) {
          settle(0);
          throw e;
        }
        if (block == null) {
          break;
        }
        long index = in.blocksRead() - 1;
        if (block.header().number() == 0) {
          requireGenesis(block, index, start);
        } else {
          inFlight.add(
              new InFlight(block.header(), index, start, in.bytesRead(), chain.importBlock(block)));
        }
        settle(MAX_IN_FLIGHT);
      }
      settle(0);
      return in.blocksRead();
    }

    private void requireGenesis(Block block, long index, long start) throws ImportException {
      if (!block.header().hash().equals(chain.genesisHash())) {
        throw new ImportException(
            file
                + ": block "
                + index
                + " at byte "
                + start
                + " is the genesis "
                + block.header().hash()
                + ", expected "
                + chain.genesisHash(),
            null);
      }
    }

    /** Takes the answers that are there, and waits until no more than {@code left} are open. */
    private void settle(int left) throws ImportException {
      while (inFlight.size() > left || isAnswered(inFlight.peek())) {
        InFlight oldest = inFlight.remove();
        ImportResult result;
        try {
          result = oldest.answer().toCompletableFuture().join();
        } catch (CompletionException e) {
          Throwable cause = e.getCause() == null ? e : e.getCause();
          throw new ImportException(describe(oldest) + cause.getMessage(), cause);
        }
        switch (result) {
          case ImportResult.Imported imported -> report(oldest);
          case ImportResult.Known known -> report(oldest);
          case ImportResult.UnknownParent unknown ->
              throw new ImportException(
                  describe(oldest) + "its parent " + oldest.header().parentHash() + " is unknown",
                  null);
          case ImportResult.Invalid invalid ->
              throw new ImportException(describe(oldest) + invalid.reason(), null);
        }
      }
    }

    private static boolean isAnswered(@Nullable InFlight block) {
      return block != null && block.answer().toCompletableFuture().isDone();
    }

    private void report(InFlight done) {
      progress.imported(done.header(), done.index() + 1, done.bytesRead());
    }

    private String describe(InFlight block) {
      return file
          + ": block "
          + block.index()
          + " at byte "
          + block.start()
          + " (number "
          + block.header()
          + "): ";
    }
  }

  /**
   * Writes the canonical blocks from {@code first} to {@code last} to a new file.
   *
   * @throws IOException when the file can't be written or the chain lacks a block
   */
  public static void export(Chain chain, Path file, long first, long last) throws IOException {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), BUFFER_BYTES)) {
      for (long number = first; number <= last; number++) {
        long at = number;
        BlockHeader header =
            chain.header(number).orElseThrow(() -> new IOException("the chain has no block " + at));
        Block block =
            new Block(
                header,
                chain
                    .body(header.hash())
                    .orElseThrow(() -> new IOException("the chain has no body of block " + at)));
        out.write(BlockCodec.encode(block).toArrayUnsafe());
      }
    }
  }
}
