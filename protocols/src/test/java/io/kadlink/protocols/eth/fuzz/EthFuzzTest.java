package io.kadlink.protocols.eth.fuzz;

import io.kadlink.identity.testing.FuzzRunner;
import io.kadlink.protocols.eth.wire.EthCodec;
import io.kadlink.protocols.eth.wire.EthSamples;
import io.kadlink.protocols.eth.wire.EthVersion;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.Test;

class EthFuzzTest {

  @Test
  void anyBytesAreRefusedOrRoundTripInEveryVersion() {
    List<byte[]> seeds =
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
            .toList();
    FuzzRunner.run(EthMessageFuzz.class, Duration.ofSeconds(8), seeds);
  }
}
