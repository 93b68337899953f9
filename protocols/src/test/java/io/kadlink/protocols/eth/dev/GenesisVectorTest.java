package io.kadlink.protocols.eth.dev;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kadlink.protocols.eth.TestVectors;
import io.kadlink.protocols.eth.chain.BlockHeader;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.tuweni.bytes.Bytes32;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Genesis blocks as geth makes them from the same files. */
class GenesisVectorTest {

  @TestFactory
  Stream<DynamicTest> genesisFilesGiveTheHashThatGethComputes() {
    return StreamSupport.stream(TestVectors.json("geth-genesis-hashes.json").spliterator(), false)
        .map(v -> DynamicTest.dynamicTest(v.get("name").asText(), () -> check(v)));
  }

  private static void check(JsonNode vector) {
    Genesis genesis = GenesisFile.parse("vector", vector.get("genesis").toString());
    BlockHeader header = genesis.block().header();
    assertThat(header.stateRoot())
        .isEqualTo(Bytes32.fromHexString(vector.get("stateRoot").asText()));
    assertThat(header.hash()).isEqualTo(Bytes32.fromHexString(vector.get("hash").asText()));
    assertThat(GenesisFile.parse("again", GenesisFile.format(genesis)).block())
        .isEqualTo(genesis.block());
  }

  @ParameterizedTest
  @CsvSource({
    "sepolia,0x25a5cc106eea7138acab33231d7160d69cb777ee0c2c553fcddf5138993e6dd9",
    "hoodi,0xbbe312868b376a3001692a646dd2d7d1e4406380dfd86b98aa8a34d1557c971b"
  })
  void publicNetworksHaveTheirKnownGenesisHash(String network, String hash) {
    String file = "genesis-" + network + ".json";
    Genesis genesis = GenesisFile.parse(file, TestVectors.text(file));
    assertThat(genesis.block().header().hash()).isEqualTo(Bytes32.fromHexString(hash));
  }

  @Test
  void theBuiltInGenesisNeverChanges() {
    assertThat(DevGenesis.genesis().block().header().hash())
        .isEqualTo(
            Bytes32.fromHexString(
                "0xd49821981c0126224d1e3a584e8268ca0c376fa175b657d60f441cdb5d08a0c2"));
  }
}
