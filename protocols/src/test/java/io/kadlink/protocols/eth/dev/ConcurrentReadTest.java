package io.kadlink.protocols.eth.dev;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.protocols.eth.chain.Block;
import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.BlockRoots;
import io.kadlink.protocols.eth.state.Account;
import io.kadlink.protocols.eth.store.StateLayers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.tuweni.units.bigints.UInt256;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Readers on other threads see whole blocks and states while the chain grows and old states go. */
class ConcurrentReadTest {
  @TempDir Path directory;

  @Test
  void readersSeeWholeBlocksWhileTheChainGrows() throws Exception {
    List<Block> blocks = new ArrayList<>();
    try (TestChain source = new TestChain()) {
      for (int i = 0; i < 300; i++) {
        for (int j = 0; j < 5; j++) {
          source.pending((i + 50 * j) % DevAccounts.COUNT, TestChain.STRANGER, 1);
        }
        blocks.add(source.mine());
      }
    }
    AtomicBoolean done = new AtomicBoolean();
    try (DevChain chain = DevChain.open(DevChainOptions.devChain().withDirectory(directory))) {
      List<CompletableFuture<Long>> readers = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        int seed = i;
        readers.add(CompletableFuture.supplyAsync(() -> read(chain, new Random(seed), done)));
      }
      for (Block block : blocks) {
        chain.importBlock(block).toCompletableFuture().get();
      }
      done.set(true);
      for (CompletableFuture<Long> reader : readers) {
        assertThat(reader.get()).isPositive();
      }
    }
  }

  private static long read(DevChain chain, Random random, AtomicBoolean done) {
    long reads = 0;
    do {
      long number = random.nextLong(chain.head().number() + 1);
      BlockHeader header = chain.header(number).orElseThrow();
      assertThat(
              BlockRoots.transactionsRoot(chain.body(header.hash()).orElseThrow().transactions()))
          .isEqualTo(header.transactionsRoot());
      Optional<Account> account = chain.account(TestChain.STRANGER, header.hash());
      if (account.isPresent()) {
        assertThat(account.get().balance()).isEqualTo(UInt256.valueOf(5 * number));
      } else {
        assertThat(number).isLessThanOrEqualTo(chain.head().number() - StateLayers.KEPT);
      }
      reads++;
    } while (!done.get());
    return reads;
  }
}
