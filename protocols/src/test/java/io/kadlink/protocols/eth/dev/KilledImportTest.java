package io.kadlink.protocols.eth.dev;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.protocols.eth.chain.Block;
import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.BlockRoots;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.tuweni.units.bigints.UInt256;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that is killed while it imports leaves a chain that goes on where it was. */
class KilledImportTest {
  private static final int BLOCKS = 1_000;

  @TempDir Path directory;

  /** Imports a file into a store and says each block it has taken. */
  static final class Importer {
    private Importer() {}

    public static void main(String[] args) throws IOException {
      try (DevChain chain =
          DevChain.open(DevChainOptions.devChain().withDirectory(Path.of(args[1])))) {
        ChainFile.importInto(
            chain,
            Path.of(args[0]),
            (last, blocks, bytes) -> System.out.println("taken " + last.number()));
        System.out.println("done");
      }
    }
  }

  @Test
  void theChainIsWholeAfterEachKillAndReachesTheEnd() throws Exception {
    Path file = directory.resolve("chain.rlp");
    Path store = directory.resolve("store");
    BlockHeader end;
    try (TestChain source = new TestChain()) {
      for (int i = 0; i < BLOCKS; i++) {
        if (i % 10 == 0) {
          source.pending(i / 10 % 8, TestChain.STRANGER, 1);
        }
        source.mine();
      }
      end = source.chain.head();
      ChainFile.export(source.chain, file, 1, BLOCKS);
    }
    long before = 0;
    int kills = 0;
    for (int killAfter : List.of(100, 350, 600)) {
      long taken = importUntil(file, store, killAfter);
      kills++;
      before = checkWhole(store, Math.max(before, taken));
    }
    assertThat(kills).isEqualTo(3);
    assertThat(importUntil(file, store, Integer.MAX_VALUE)).isEqualTo(BLOCKS);
    checkWhole(store, BLOCKS);
    try (DevChain chain = DevChain.open(DevChainOptions.devChain().withDirectory(store))) {
      assertThat(chain.head()).isEqualTo(end);
      assertThat(chain.account(TestChain.STRANGER).orElseThrow().balance())
          .isEqualTo(UInt256.valueOf(BLOCKS / 10));
    }
  }

  /** Runs the importer and kills it once it has said that this many blocks are taken. */
  private static long importUntil(Path file, Path store, int killAfter) throws Exception {
    Process process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Importer.class.getName(),
                file.toString(),
                store.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    long taken = 0;
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      String line;
      while ((line = out.readLine()) != null) {
        if (line.startsWith("taken ")) {
          taken = Long.parseLong(line.substring(6));
          if (taken >= killAfter) {
            process.destroyForcibly();
            break;
          }
        }
      }
    } finally {
      process.destroyForcibly();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }
    return taken;
  }

  /** Opens the store and follows the chain from head to genesis; returns the head's number. */
  private static long checkWhole(Path store, long atLeast) throws IOException {
    try (DevChain chain = DevChain.open(DevChainOptions.devChain().withDirectory(store))) {
      BlockHeader head = chain.head();
      assertThat(head.number()).isGreaterThanOrEqualTo(atLeast);
      assertThat(chain.headStateChecked()).isTrue();
      assertThat(chain.account(TestChain.STRANGER)).isPresent();
      BlockHeader at = head;
      while (at.number() > 0) {
        assertThat(chain.header(at.number())).contains(at);
        Block block = new Block(at, chain.body(at.hash()).orElseThrow());
        assertThat(BlockRoots.transactionsRoot(block.body().transactions()))
            .isEqualTo(at.transactionsRoot());
        assertThat(chain.receipts(at.hash()).orElseThrow())
            .hasSameSizeAs(block.body().transactions());
        at = chain.header(at.parentHash()).orElseThrow();
      }
      assertThat(at.hash()).isEqualTo(chain.genesisHash());
      return head.number();
    }
  }
}
