package io.kadlink.protocols.eth.dev;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kadlink.protocols.eth.state.Account;
import io.kadlink.protocols.eth.state.DumpFile;
import io.kadlink.protocols.eth.trie.MerkleTrie;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.apache.tuweni.units.bigints.UInt256;
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

  @Test
  void theDumpHasEveryAccountOfTheHeadsState() throws IOException {
    ChainGenerator.generate(DevGenesis.genesis(), 10, 5, 5, 3, directory);
    JsonNode dump = new ObjectMapper().readTree(directory.resolve("headstate.json").toFile());
    MerkleTrie state = new MerkleTrie();
    dump.path("accounts")
        .forEach(
            node ->
                state.put(
                    bytes(node, "key"),
                    new Account(
                            node.path("nonce").asLong(),
                            UInt256.valueOf(new BigInteger(node.path("balance").asText())),
                            Bytes32.wrap(bytes(node, "root")),
                            Bytes32.wrap(bytes(node, "codeHash")))
                        .encode()));
    assertThat(state.rootHash().toUnprefixedHexString()).isEqualTo(dump.path("root").asText());
    assertThat(DumpFile.read(directory.resolve("headstate.json")).root())
        .isEqualTo(state.rootHash());
  }

  private static Bytes bytes(JsonNode node, String field) {
    return Bytes.fromHexString(node.path(field).asText());
  }
}
