package io.kadlink.discovery.fuzz;

import io.kadlink.discovery.testing.Vectors;
import io.kadlink.identity.testing.FuzzRunner;
import java.time.Duration;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.Test;

/** Runs the module's fuzz targets for a moment. */
class DiscoveryFuzzTest {
  @Test
  void noDatagramBreaksThePacketCodec() {
    FuzzRunner.run(
        PacketCodecFuzz.class,
        Duration.ofSeconds(5),
        Vectors.read("eip-8-discv4.txt").values().stream().map(Bytes::toArray).toList());
  }
}
