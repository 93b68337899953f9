package io.kadlink.protocols.eth.chain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.kadlink.protocols.eth.TestVectors;
import java.util.ArrayList;
import java.util.List;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Fork ids on the public vectors of EIP-2124 and EIP-6122. */
class ForkIdVectorTest {
  private static final JsonNode VECTORS = TestVectors.json("eip2124-eip6122-forkid.json");

  @ParameterizedTest
  @ValueSource(strings = {"mainnet", "sepolia", "holesky", "hoodi"})
  void forkIdsOfPublicNetworksMatchTheVectors(String network) {
    ForkTimeline timeline = timeline(network, true);
    JsonNode ids = VECTORS.at("/networks/" + network + "/ids");
    assertThat(ids).isNotEmpty();
    for (JsonNode id : ids) {
      assertThat(timeline.at(id.get("number").asLong(), id.get("time").asLong()))
          .as("%s at %s", network, id)
          .isEqualTo(forkId(id));
    }
  }

  @ParameterizedTest
  @EnumSource(PublicNetwork.class)
  void everyForkIdOfAPublicNetworkIsToldToBeOfThatNetwork(PublicNetwork network) {
    JsonNode ids = VECTORS.at("/networks/" + network + "/ids");
    assertThat(ids).isNotEmpty();
    for (JsonNode id : ids) {
      assertThat(PublicNetwork.of(forkId(id))).as("%s", id).contains(network);
      assertThat(network.timeline().at(id.get("number").asLong(), id.get("time").asLong()))
          .isEqualTo(forkId(id));
    }
  }

  @Test
  void aForkIdOfAnotherChainIsOfNoPublicNetwork() {
    assertThat(PublicNetwork.of(new ForkId(Bytes.fromHexString("0x12345678"), 0))).isEmpty();
  }

  @Test
  void remoteForkIdsAreJudgedAsInTheVectors() {
    JsonNode cases = VECTORS.get("mainnetValidation");
    assertThat(cases).hasSizeGreaterThan(40);
    for (JsonNode c : cases) {
      ForkTimeline timeline = timeline("mainnet", c.get("config").asText().equals("mainnet"));
      assertThat(
              timeline
                  .incompatibility(forkId(c), c.get("number").asLong(), c.get("time").asLong())
                  .isEmpty())
          .as("%s", c)
          .isEqualTo(c.get("compatible").asBoolean());
    }
  }

  @Test
  void forksByTimeThatTheGenesisHasPassedDoNotCount() {
    Bytes32 genesis = Bytes32.fromHexString("0x01");
    ForkId none = ForkTimeline.of(genesis, 1000, List.of(), List.of()).at(0, 1000);
    assertThat(ForkTimeline.of(genesis, 1000, List.of(0L), List.of(999L, 1000L, 1001L)).at(0, 1000))
        .isEqualTo(new ForkId(none.hash(), 1001));
  }

  private static ForkTimeline timeline(String network, boolean withTimes) {
    JsonNode config = VECTORS.at("/networks/" + network);
    return ForkTimeline.of(
        Bytes32.fromHexString(config.get("genesisHash").asText()),
        config.get("genesisTime").asLong(),
        longs(config.get("forkBlocks")),
        withTimes ? longs(config.get("forkTimes")) : List.of());
  }

  private static List<Long> longs(JsonNode array) {
    List<Long> values = new ArrayList<>();
    array.forEach(value -> values.add(value.asLong()));
    return values;
  }

  private static ForkId forkId(JsonNode node) {
    return new ForkId(
        Bytes.fromHexString(node.get("hash").asText()),
        node.get("next").bigIntegerValue().longValue());
  }
}
