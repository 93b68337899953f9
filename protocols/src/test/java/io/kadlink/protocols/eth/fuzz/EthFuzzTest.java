package io.kadlink.protocols.eth.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import io.kadlink.identity.testing.FuzzRunner;
import io.kadlink.protocols.eth.TestVectors;
import io.kadlink.protocols.eth.wire.EthCodec;
import io.kadlink.protocols.eth.wire.EthSamples;
import io.kadlink.protocols.eth.wire.EthVersion;
import io.kadlink.protocols.eth.wire.MessageCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.Test;

class EthFuzzTest {

  @Test
  void anyBytesAreRefusedOrRoundTripInEveryVersion() {
    List<byte[]> seeds = new ArrayList<>(ofGeth());
    seeds.addAll(
        Stream.of(EthVersion.values())
            .flatMap(
                version ->
                    EthSamples.all(version).stream()
                        .map(
                            message ->
                                Bytes.concatenate(
                                        Bytes.of(version.ordinal(), message.code()),
                                        EthCodec.encode(version, message))
                                    .toArray()))
            .toList());
    FuzzRunner.run(EthMessageFuzz.class, Duration.ofSeconds(8), seeds);
  }

  private static List<byte[]> ofGeth() {
    List<byte[]> seeds = new ArrayList<>();
    for (JsonNode vector : TestVectors.json("geth-eth-messages.json")) {
      EthVersion version = EthVersion.valueOf("ETH_" + vector.get("version").asInt());
      int code = 0;
      while (!MessageCode.name(code).equals(vector.get("message").asText())) {
        code++;
      }
      Bytes payload = Bytes.fromHexString(vector.get("rlp").asText());
      seeds.add(Bytes.concatenate(Bytes.of(version.ordinal(), code), payload).toArray());
    }
    return seeds;
  }
}
