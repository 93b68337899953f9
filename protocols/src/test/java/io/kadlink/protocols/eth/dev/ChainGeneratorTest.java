package io.kadlink.protocols.eth.dev;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Generated chains: the same each time, and valid from their own files. */
class ChainGeneratorTest {
  @TempDir Path directory;

  @Test
  void theSameSeedGivesTheSameFilesAndAnotherSeedOthers() throws IOException {
    for (String name : new String[] {"a", "b", "c"}) {
      ChainGenerator.generate(
          DevGenesis.genesis(), 20, 8, 5, name.equals("c") ? 2 : 1, directory.resolve(name));
    }
    assertThat(directory.resolve("a/chain.rlp"))
        .hasSameBinaryContentAs(directory.resolve("b/chain.rlp"));
    assertThat(directory.resolve("a/genesis.json"))
        .hasSameBinaryContentAs(directory.resolve("c/genesis.json"));
    Genesis genesis = GenesisFile.read(directory.resolve("c/genesis.json"));
    try (DevChain chain = DevChain.open(DevChainOptions.of(genesis))) {
      assertThat(
              ChainFile.importInto(
                  chain, directory.resolve("c/chain.rlp"), (last, blocks, bytes) -> {}))
          .isEqualTo(20);
      assertThat(chain.headStateChecked()).isTrue();
      for (int number = 1; number <= 20; number++) {
        assertThat(
                chain.body(chain.header(number).orElseThrow().hash()).orElseThrow().transactions())
            .hasSize(8);
      }
    }
  }
}
