package io.kadlink.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kadlink.discovery.crawl.CrawledNode;
import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeKey;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kadlink crawl} over real services on loopback. */
class CrawlCommandTest {
  private static final int NODES = 24;

  @TempDir Path dir;

  private static Enode nobody() {
    return Enode.of(NodeKey.generate().publicKey(), InetAddress.getLoopbackAddress(), 0, 9);
  }

  private static JsonNode json(CommandLineFixture kadlink) throws Exception {
    return new ObjectMapper().readTree(kadlink.out());
  }

  @Test
  void allNodesAreFoundAndASecondCrawlResumesFromTheFile() throws Exception {
    Path file = dir.resolve("nodes.json");
    try (LoopbackNetwork network = new LoopbackNetwork(NODES).settle()) {
      CommandLineFixture first = new CommandLineFixture();
      assertThat(
              first.run(
                  "crawl",
                  file.toString(),
                  "--bootnodes",
                  network.bootnode().toString(),
                  "--discovery",
                  "v4",
                  "--json"))
          .as(first.err())
          .isZero();
      assertThat(json(first).at("/crawl/added").asInt()).isEqualTo(NODES);
      assertThat(json(first).at("/crawl/complete").asBoolean()).isTrue();
      assertThat(json(first).at("/set/nodes").asInt()).isEqualTo(NODES);
      assertThat(json(first).at("/set/addressRanges/127.0.0.0~116").asInt()).isEqualTo(NODES);
      assertThat(first.err()).contains(NODES + " nodes seen").contains(NODES + " in the set");
      List<CrawledNode> nodes = NodesFile.read(file, NODES).nodes();
      assertThat(nodes)
          .hasSize(NODES)
          .allSatisfy(
              node -> {
                assertThat(node.score()).isEqualTo(1);
                assertThat(node.lastCheck()).isEqualTo(node.firstResponse());
              });

      network.node(7).close();
      CommandLineFixture second = new CommandLineFixture();
      assertThat(second.run("crawl", file.toString(), "--discovery", "v4", "--recheck-after", "0"))
          .as(second.err())
          .isZero();
      assertThat(second.out()).contains("by network").contains("127.0.0.0/16");
      assertThat(NodesFile.read(file, NODES).nodes())
          .hasSize(NODES - 1)
          .allSatisfy(node -> assertThat(node.score()).isEqualTo(2));
    }
  }

  @Test
  void whenNobodyAnswersTheFileIsLeftAsItWas() throws Exception {
    Path file = dir.resolve("nodes.json");
    NodesFile.write(file, List.of(CrawledNode.unchecked(nobody())));
    String before = Files.readString(file);
    CommandLineFixture kadlink = new CommandLineFixture();
    assertThat(kadlink.run("crawl", file.toString())).isEqualTo(1);
    assertThat(kadlink.err()).contains("None of 1 nodes answered").contains("left as it was");
    assertThat(kadlink.out()).isEmpty();
    assertThat(file).hasContent(before);
  }

  @Test
  void aCrawlNeedsSomewhereToStart() {
    assertThat(new CommandLineFixture().run("crawl")).isEqualTo(2);
    String nobody = nobody().toString();
    assertThat(new CommandLineFixture().run("crawl", "--bootnodes", nobody, "--workers", "0"))
        .isEqualTo(2);
    assertThat(new CommandLineFixture().run("crawl", "--bootnodes", nobody, "--timeout", "0"))
        .isEqualTo(2);
  }
}
