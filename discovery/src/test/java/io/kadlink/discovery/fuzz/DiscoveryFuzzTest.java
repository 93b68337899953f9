package io.kadlink.discovery.fuzz;

import io.kadlink.discovery.testing.Vectors;
import io.kadlink.identity.testing.FuzzRunner;
import io.kadlink.identity.testing.FuzzRunner.Target;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.Test;

/** Runs the module's fuzz targets for a moment. */
class DiscoveryFuzzTest {
  private static final List<String> DNS_ENTRIES =
      List.of(
          "enrtree-root:v1 e=QFT4PBCRX4XQCV3VUYJ6BTCEPU l=JGUFMSAGI7KZYB3P7IZW4S5Y3A seq=3"
              + " sig=3FmXuVwpa8Y7OstZTx9PIb1mt8FrW7VpDOFv4AaGCsZ2EIHmhraWhe4NxYhQDlw5MjeFXYMbJjsPeKlHzmJREQE",
          "enrtree-branch:2XS2367YHAXJFGLZHVAWLQD4ZY,H4FHT4B454P6UXFD7JCYQ5PWDY",
          "enrtree://AM5FCQLWIZX2QFPNJAP7VUERCCRNGRHWZG3YYHIUV7BVDQ5FDPRT2@nodes.example.org",
          "enr:-HW4QES8QIeXTYlDzbfr1WEzE-XKY4f8gJFJzjJL-9D7TC9lJb4Z3JPRRz1lP4pL_N_QpT6rGQjAU9Apnc-C1iMP36OAgmlkgnY0iXNlY3AyNTZrMaED5IdwfMxdmR8W37HqSFdQLjDkIwBd4Q_MjxgZifgKSdM");

  @Test
  void nothingThatStrangersSendBreaksADecoder() {
    Stream<Bytes> packets = Vectors.read("eip-8-discv4.txt").values().stream();
    FuzzRunner.runAll(
        Duration.ofSeconds(8),
        List.of(
            new Target(PacketCodecFuzz.class, packets.map(Bytes::toArray).toList()),
            new Target(
                DnsEntryFuzz.class,
                DNS_ENTRIES.stream()
                    .map(text -> text.getBytes(StandardCharsets.ISO_8859_1))
                    .toList())));
  }
}
