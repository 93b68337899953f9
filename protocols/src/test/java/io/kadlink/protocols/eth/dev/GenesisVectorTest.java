package io.kadlink.protocols.eth.dev;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kadlink.protocols.eth.TestVectors;
import io.kadlink.protocols.eth.chain.BlockHeader;
import io.kadlink.protocols.eth.chain.BlockRoots;
import io.kadlink.protocols.eth.chain.ForkFields;
import io.kadlink.protocols.eth.chain.ForkId;
import io.kadlink.protocols.eth.chain.ForkTimeline;
import io.kadlink.protocols.eth.chain.PublicNetwork;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

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

  @ParameterizedTest
  @EnumSource(names = {"SEPOLIA", "HOODI"})
  void genesisFilesOfPublicNetworksGiveTheirForkIds(PublicNetwork network) {
    String file = "genesis-" + network + ".json";
    Genesis genesis = GenesisFile.parse(file, TestVectors.text(file));
    BlockHeader header = genesis.block().header();
    ForkTimeline timeline = genesis.config().timeline(header.hash(), header.timestamp());
    JsonNode ids =
        TestVectors.json("eip2124-eip6122-forkid.json").at("/networks/" + network + "/ids");
    assertThat(ids).hasSizeGreaterThanOrEqualTo(10);
    for (JsonNode id : ids) {
      ForkId expected =
          new ForkId(
              Bytes.fromHexString(id.get("hash").asText()),
              id.get("next").bigIntegerValue().longValue());
      assertThat(timeline.at(id.get("number").asLong(), id.get("time").asLong()))
          .as("%s at %s", network, id)
          .isEqualTo(expected);
    }
  }

  @Test
  void aGenesisOfAmsterdamHasItsHeaderFields() {
    Genesis genesis =
        GenesisFile.parse(
            "amsterdam",
            """
            {"config": {"chainId": 9, "londonBlock": 0, "terminalTotalDifficulty": 0,
              "shanghaiTime": 0, "cancunTime": 0, "pragueTime": 0, "osakaTime": 0,
              "amsterdamTime": 0}, "gasLimit": "0x1c9c380", "difficulty": "0x0", "alloc": {}}
            """);
    BlockHeader header = genesis.block().header();
    assertThat(header.blockAccessListHash()).contains(BlockRoots.NO_ACCESSES);
    assertThat(header.slotNumber()).contains(0L);
  }

  @Test
  void amsterdamBeforeLondonChangesNothing() {
    Genesis genesis =
        GenesisFile.parse(
            "odd",
            """
            {"config": {"chainId": 9, "terminalTotalDifficulty": 0, "amsterdamTime": 0},
              "gasLimit": "0x1c9c380", "difficulty": "0x0", "alloc": {}}
            """);
    assertThat(genesis.block().header().forkFields()).isEqualTo(ForkFields.NONE);
  }

  @Test
  void theBuiltInGenesisNeverChanges() {
    assertThat(DevGenesis.genesis().block().header().hash())
        .isEqualTo(
            Bytes32.fromHexString(
                "0xd49821981c0126224d1e3a584e8268ca0c376fa175b657d60f441cdb5d08a0c2"));
  }
}
