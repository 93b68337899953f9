package io.kadlink.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kadlink.discovery.crawl.CrawledNode;
import io.kadlink.discovery.crawl.NodeSet;
import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.NodeRecord;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.tuweni.bytes.Bytes;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodesetCommandTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  @TempDir Path dir;
  private final CommandLineFixture kadlink = new CommandLineFixture();
  private Path file;

  private final CrawledNode mainnet =
      node("192.0.2.1", 3, Duration.ofDays(2), "eth", "0xc7c68407c9462e80", "snap", "0xc0");
  private final CrawledNode sepolia =
      node("192.0.2.2", 2, Duration.ofHours(1), "eth", "0xc7c684268956b680", "les", "0xc104");
  private final CrawledNode unknown =
      node("198.51.100.3", 1, Duration.ZERO, "eth", "0xc7c6841234567880");
  private final CrawledNode silent =
      CrawledNode.unchecked(Enode.of(NodeKey.generate().publicKey(), address("203.0.113.9"), 0, 7));

  @BeforeEach
  void writeSet() {
    file = dir.resolve("nodes.json");
    NodesFile.write(file, List.of(mainnet, sepolia, unknown, silent));
  }

  private static CrawledNode node(String ip, int score, Duration age, String... entries) {
    NodeRecord.Builder builder =
        NodeRecord.builder().endpoint(address(ip), score == 3 ? 30303 : 0, 30303);
    for (int i = 0; i < entries.length; i += 2) {
      builder.entry(entries[i], Bytes.fromHexString(entries[i + 1]));
    }
    NodeRecord record = builder.sign(NodeKey.generate());
    return new CrawledNode(
        record.id(), 1, record.toString(), score, START, START.plus(age), START.plus(age));
  }

  private static InetAddress address(String ip) {
    return com.google.common.net.InetAddresses.forString(ip);
  }

  private List<String> filtered(String... filters) throws IOException {
    List<String> args = new ArrayList<>(List.of("nodeset", "filter", file.toString()));
    args.addAll(List.of(filters));
    CommandLineFixture filter = new CommandLineFixture();
    assertThat(filter.run(args.toArray(String[]::new))).as(filter.err()).isZero();
    List<String> ids = new ArrayList<>();
    new ObjectMapper().readTree(filter.out()).fieldNames().forEachRemaining(ids::add);
    return ids;
  }

  @Test
  void whatWasWrittenIsReadAgain() {
    NodeSet set = NodesFile.read(file, 10);
    assertThat(set.nodes()).containsExactlyInAnyOrder(mainnet, sepolia, unknown, silent);
  }

  @Test
  void theFileHasTheShapeOfGeths() throws IOException {
    JsonNode json = new ObjectMapper().readTree(file.toFile());
    JsonNode node = json.get(mainnet.id().toString());
    assertThat(node.get("seq").isIntegralNumber()).isTrue();
    assertThat(node.get("record").asText()).startsWith("enr:");
    assertThat(node.get("score").asInt()).isEqualTo(3);
    assertThat(node.get("firstResponse").asText()).isEqualTo("2026-01-01T00:00:00Z");
    assertThat(node.get("lastResponse").asText()).isEqualTo("2026-01-03T00:00:00Z");
    JsonNode never = json.get(silent.id().toString());
    assertThat(never.get("record").asText()).startsWith("enode://");
    assertThat(never.has("score")).isFalse();
    assertThat(never.get("lastCheck").asText()).isEqualTo("0001-01-01T00:00:00Z");
  }

  @Test
  void infoCountsByNetworkForkIdRangeAgeAndEntry() throws IOException {
    assertThat(kadlink.run("nodeset", "info", file.toString(), "--json")).isZero();
    JsonNode info = new ObjectMapper().readTree(kadlink.out());
    assertThat(info.get("nodes").asInt()).isEqualTo(4);
    assertThat(info.at("/networks/mainnet").asInt()).isEqualTo(1);
    assertThat(info.at("/networks/sepolia").asInt()).isEqualTo(1);
    assertThat(info.at("/networks/unknown").asInt()).isEqualTo(1);
    assertThat(info.at("/networks/none announced").asInt()).isEqualTo(1);
    assertThat(info.get("forkIds")).hasSize(3);
    assertThat(info.at("/addressRanges/192.0.0.0~116").asInt()).isEqualTo(2);
    assertThat(info.at("/ages/up to 7 days").asInt()).isEqualTo(1);
    assertThat(info.at("/ages/up to 1 hour").asInt()).isEqualTo(1);
    assertThat(info.at("/ages/once").asInt()).isEqualTo(1);
    assertThat(info.at("/ages/never answered").asInt()).isEqualTo(1);
    assertThat(info.at("/entries/snap").asInt()).isEqualTo(1);

    CommandLineFixture text = new CommandLineFixture();
    assertThat(text.run("nodeset", "info", file.toString())).isZero();
    assertThat(text.out()).contains("4 nodes").containsPattern(" 2  192\\.0\\.0\\.0/16");
  }

  @Test
  void eachFilterKeepsTheNodesItNames() throws IOException {
    assertThat(filtered()).hasSize(4);
    assertThat(filtered("--json")).hasSize(4);
    assertThat(filtered("--ip", "192.0.2.0/24"))
        .containsExactlyInAnyOrder(mainnet.id().toString(), sepolia.id().toString());
    assertThat(filtered("--min-age", "24h")).containsExactly(mainnet.id().toString());
    assertThat(filtered("--min-age", "1h")).hasSize(2);
    assertThat(filtered("--min-age", "3601")).hasSize(1);
    assertThat(filtered("--eth-network", "sepolia")).containsExactly(sepolia.id().toString());
    assertThat(filtered("--les-server")).containsExactly(sepolia.id().toString());
    assertThat(filtered("--snap")).containsExactly(mainnet.id().toString());
    assertThat(filtered("--dialable")).containsExactly(mainnet.id().toString());
    assertThat(filtered("--limit", "2"))
        .containsExactlyInAnyOrder(mainnet.id().toString(), sepolia.id().toString());
    assertThat(filtered("--snap", "--les-server")).isEmpty();
  }

  @Test
  void aFilteredSetCanGoToAFile() {
    Path output = dir.resolve("filtered.json");
    assertThat(
            kadlink.run(
                "nodeset", "filter", file.toString(), "--snap", "--output", output.toString()))
        .isZero();
    assertThat(kadlink.out()).isEmpty();
    assertThat(NodesFile.read(output, 1).nodes()).containsExactly(mainnet);
    assertThat(dir.toFile().list()).containsExactlyInAnyOrder("nodes.json", "filtered.json");
  }

  @Test
  void whatIsNoNodeSetIsSaidWithItsPlace() throws IOException {
    failsWith("There is no file", dir.resolve("none.json"));
    failsWith("not a JSON object", Files.writeString(dir.resolve("a.json"), "[]"));
    failsWith("node set", Files.writeString(dir.resolve("b.json"), "{\n}}{"));
    String text = Files.readString(file);
    failsWith(
        "its record is of node",
        Files.writeString(
            dir.resolve("c.json"),
            text.replace(mainnet.id().toString(), NodeKey.generate().id().toString())));
    failsWith(
        "\"seq\" is not its record's",
        Files.writeString(dir.resolve("e.json"), text.replaceFirst("\"seq\": 1", "\"seq\": 2")));
    failsWith(
        "record is invalid",
        Files.writeString(
            dir.resolve("d.json"), text.replace(mainnet.address().substring(4, 8), "AAAA")));
  }

  @Test
  void anUnknownNetworkOrAgeIsBadUsage() {
    String set = file.toString();
    assertThat(kadlink.run("nodeset", "filter", set, "--eth-network", "x")).isEqualTo(2);
    assertThat(kadlink.run("nodeset", "filter", set, "--min-age", "soon")).isEqualTo(2);
    assertThat(kadlink.run("nodeset", "filter", set, "--ip", "x")).isEqualTo(2);
    assertThat(kadlink.run("nodeset")).isEqualTo(2);
  }

  private static void failsWith(String reason, Path file) {
    CommandLineFixture kadlink = new CommandLineFixture();
    assertThat(kadlink.run("nodeset", "info", file.toString())).isEqualTo(1);
    assertThat(kadlink.err()).contains(reason).contains(file.toString());
    assertThat(kadlink.err().lines()).hasSize(1);
  }
}
