package io.kadlink.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kadlink.discovery.crawl.CrawledNode;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.NodeRecord;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DnsCommandTest {
  private static final int NODES = 20;

  @TempDir Path dir;
  private final CommandLineFixture kadlink = new CommandLineFixture();
  private final List<CrawledNode> nodes = new ArrayList<>();
  private String set;
  private String list;
  private String keyFile;

  @BeforeEach
  void write() throws Exception {
    for (int i = 0; i < NODES; i++) {
      NodeRecord record =
          NodeRecord.builder()
              .endpoint(InetAddress.getLoopbackAddress(), 30303, 30303)
              .sign(NodeKey.generate());
      nodes.add(CrawledNode.unchecked(record));
    }
    NodesFile.write(dir.resolve("nodes.json"), nodes);
    set = dir.resolve("nodes.json").toString();
    list = dir.resolve("list").toString();
    keyFile = dir.resolve("key").toString();
    NodeKey.generate().save(Path.of(keyFile));
  }

  private void createAndSign() {
    assertThat(kadlink.run("dns", "create", list, "--nodes", set)).as(kadlink.err()).isZero();
    assertThat(
            kadlink.run(
                "dns", "sign", list, "--key-file", keyFile, "--domain", "nodes.example.org"))
        .as(kadlink.err())
        .isZero();
  }

  private static JsonNode json(String... args) throws Exception {
    CommandLineFixture kadlink = new CommandLineFixture();
    assertThat(kadlink.run(args)).as(kadlink.err()).isZero();
    return new ObjectMapper().readTree(kadlink.out());
  }

  @Test
  void aSignedListIsVerifiedAndItsZoneHasEveryNode() throws Exception {
    createAndSign();
    JsonNode verified = json("dns", "verify", list, "--json");
    assertThat(verified.get("nodes").asInt()).isEqualTo(NODES);
    assertThat(verified.get("seq").asText()).isEqualTo("1");
    assertThat(verified.get("url").asText())
        .startsWith("enrtree://")
        .endsWith("@nodes.example.org");

    CommandLineFixture zone = new CommandLineFixture();
    assertThat(zone.run("dns", "to-zone", list)).isZero();
    assertThat(zone.out()).contains("$ORIGIN nodes.example.org.").contains("enrtree-root:v1");
    JsonNode records = json("dns", "to-zone", list, "--json");
    assertThat(records.get("nodes.example.org").asText()).startsWith("enrtree-root:v1");
    assertThat(nodes)
        .allSatisfy(
            node -> assertThat(records).extracting(JsonNode::asText).contains(node.address()));
  }

  @Test
  void theSequenceNumberRisesWithEachSignature() throws Exception {
    createAndSign();
    assertThat(json("dns", "sign", list, "--key-file", keyFile, "--json").get("seq").asText())
        .isEqualTo("2");
    assertThat(kadlink.run("dns", "create", list, "--nodes", set)).isZero();
    assertThat(json("dns", "sign", list, "--key-file", keyFile, "--json").get("seq").asText())
        .isEqualTo("3");
    CommandLineFixture lower = new CommandLineFixture();
    assertThat(lower.run("dns", "sign", list, "--key-file", keyFile, "--seq", "3")).isEqualTo(1);
    assertThat(lower.err()).contains("higher number than 3");
  }

  @Test
  void aListThatWasChangedAfterItsSignatureIsRefused() throws Exception {
    createAndSign();
    NodesFile.write(Path.of(list, "nodes.json"), nodes.subList(0, NODES - 1));
    CommandLineFixture verify = new CommandLineFixture();
    assertThat(verify.run("dns", "verify", list)).isEqualTo(1);
    assertThat(verify.err()).contains("signature");
    assertThat(verify.err().lines()).hasSize(1);
    assertThat(new CommandLineFixture().run("dns", "to-zone", list)).isEqualTo(1);
  }

  @Test
  void whatIsMissingIsSaid() throws Exception {
    CommandLineFixture none = new CommandLineFixture();
    assertThat(none.run("dns", "verify", list)).isEqualTo(1);
    assertThat(none.err()).contains("no list in " + list);
    assertThat(kadlink.run("dns", "create", list, "--nodes", set)).isZero();
    assertThat(new CommandLineFixture().run("dns", "verify", list)).isEqualTo(1);
    assertThat(new CommandLineFixture().run("dns", "sign", list, "--key-file", keyFile))
        .isEqualTo(2);
    CommandLineFixture url = new CommandLineFixture();
    assertThat(url.run("dns", "verify", "enrtree://x@y")).isEqualTo(1);
    assertThat(url.err()).contains("Not the URL of a node list");
    assertThat(Files.exists(Path.of(list, "enrtree-info.json"))).isTrue();
    assertThat(new CommandLineFixture().run("dns")).isEqualTo(2);
  }

  @Test
  void aListThatNoServerHasIsNotSynced() {
    createAndSign();
    String url = kadlink.out().replaceAll("(?s).*(enrtree://\\S+).*", "$1");
    CommandLineFixture sync = new CommandLineFixture();
    String copy = dir.resolve("copy").toString();
    assertThat(sync.run("dns", "sync", url, copy, "--dns-server", "127.0.0.1:9", "--timeout", "1s"))
        .isEqualTo(1);
    assertThat(sync.err()).contains("No list at " + url);
    assertThat(sync.err().lines()).hasSize(1);
    assertThat(Path.of(copy)).doesNotExist();
  }
}
