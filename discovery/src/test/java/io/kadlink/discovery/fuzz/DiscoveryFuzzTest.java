package io.kadlink.discovery.fuzz;

import io.kadlink.discovery.dns.TreeFolderFuzz;
import io.kadlink.discovery.mdns.AnnouncementFuzz;
import io.kadlink.discovery.store.RowFuzz;
import io.kadlink.discovery.testing.Vectors;
import io.kadlink.identity.NodeRecord;
import io.kadlink.identity.testing.FuzzRunner;
import io.kadlink.identity.testing.FuzzRunner.Target;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
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

  private static final List<String> V5_MESSAGES =
      List.of(
          "0x01c20105",
          "0x02c901058401020304820400",
          "0x03c401c20105",
          "0x04c90101c6c20102c20304",
          "0x05c401826162c0",
          "0x06c20105");

  private static final String TREE_INFO =
      "{\"url\":\"enrtree://AM5FCQLWIZX2QFPNJAP7VUERCCRNGRHWZG3YYHIUV7BVDQ5FDPRT2@n.example\","
          + "\"seq\":7,\"signature\":\"AAAA\",\"links\":[],\"lastModified\":\"2026-01-01T00:00:00Z\"}";

  @Test
  void nothingThatFilesOrTheLocalNetworkHoldBreaksADecoder() {
    NodeRecord record = NodeRecord.parse(DNS_ENTRIES.get(3));
    String set =
        "{\"%s\":{\"seq\":%d,\"record\":\"%s\",\"score\":1,\"lastCheck\":\"2026-01-01T00:00:00Z\"}}"
            .formatted(record.id(), record.seq(), record);
    FuzzRunner.runAll(
        Duration.ofSeconds(6),
        List.of(
            new Target(NodeSetFuzz.class, List.of(set.getBytes(StandardCharsets.UTF_8))),
            new Target(TreeFolderFuzz.class, List.of(TREE_INFO.getBytes(StandardCharsets.UTF_8))),
            new Target(AnnouncementFuzz.class, List.of(AnnouncementFuzz.input(record))),
            new Target(RowFuzz.class, List.of(RowFuzz.sample(false), RowFuzz.sample(true)))));
  }

  @Test
  void nothingThatStrangersSendBreaksADecoder() {
    Map<String, Bytes> v5Vectors = Vectors.read("discv5-wire-test-vectors.txt");
    Stream<Bytes> v5Packets =
        Stream.of("ping", "whoareyou", "ping-handshake", "ping-handshake-enr").map(v5Vectors::get);
    Stream<Bytes> packets = Vectors.read("eip-8-discv4.txt").values().stream();
    FuzzRunner.runAll(
        Duration.ofSeconds(8),
        List.of(
            new Target(PacketCodecFuzz.class, packets.map(Bytes::toArray).toList()),
            new Target(
                DnsEntryFuzz.class,
                DNS_ENTRIES.stream()
                    .map(text -> text.getBytes(StandardCharsets.ISO_8859_1))
                    .toList()),
            new Target(V5PacketFuzz.class, v5Packets.map(Bytes::toArray).toList()),
            new Target(
                V5MessageFuzz.class,
                V5_MESSAGES.stream().map(hex -> Bytes.fromHexString(hex).toArray()).toList())));
  }
}
