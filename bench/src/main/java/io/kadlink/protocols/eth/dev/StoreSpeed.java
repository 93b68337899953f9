package io.kadlink.protocols.eth.dev;

import io.kadlink.protocols.eth.chain.Block;
import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.Receipt;
import io.kadlink.protocols.eth.dev.ChainStore.Standing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.tuweni.units.bigints.UInt256;

/**
 * How fast the store takes blocks that nobody checks: those of a file, with receipts as of plain
 * transfers, canonical and with their transactions indexed, in commits as an import has them. No
 * state is made or stored. In the store's package because nobody else needs to write past the
 * checks.
 */
public final class StoreSpeed {
  private static final int BATCH = 512;
  private static final int TRANSFER_GAS = 21_000;

  private StoreSpeed() {}

  /**
   * Prints blocks a second and MB a second.
   *
   * @param args the file, and a directory that is not there yet
   */
  public static void main(String[] args) throws IOException {
    Path file = Path.of(args[0]);
    Path directory = Files.createDirectories(Path.of(args[1]));
    long start = System.nanoTime();
    long blocks = 0;
    long bytes;
    try (ChainStore store = ChainStore.open(directory);
        BlockReader reader = BlockReader.open(file)) {
      for (Block block = reader.next(); block != null; block = reader.next()) {
        put(store, block);
        blocks++;
        if (blocks % BATCH == 0) {
          store.commit(block.header());
        }
      }
      bytes = reader.bytesRead();
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    System.out.printf("%.0f %.1f%n", blocks / seconds, bytes / seconds / 1e6);
  }

  private static void put(ChainStore store, Block block) {
    List<Receipt> receipts = new ArrayList<>();
    block
        .body()
        .transactions()
        .forEach(
            transaction ->
                receipts.add(
                    new Receipt(
                        transaction.type(),
                        true,
                        (long) TRANSFER_GAS * (receipts.size() + 1),
                        List.of())));
    BlockHeader header = block.header();
    store.put(block, Optional.of(receipts), new Standing(UInt256.ZERO, true));
    store.putCanonical(block);
    store.putHead(header.hash());
  }
}
