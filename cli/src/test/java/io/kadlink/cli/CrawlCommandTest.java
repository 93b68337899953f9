package io.kadlink.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kadlink.discovery.crawl.CrawledNode;
import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeKey;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kadlink crawl} over real services on loopback. */
class CrawlCommandTest {
  private static final int NODES = 24;

  private static final int ATTEMPTS = 6;

  @TempDir Path dir;

  private static Enode nobody() {
    return Enode.of(NodeKey.generate().publicKey(), InetAddress.getLoopbackAddress(), 0, 9);
  }

  private static JsonNode json(CommandLineFixture kadlink) throws Exception {
    return new ObjectMapper().readTree(kadlink.out());
  }

  /** Crawls, again and again on a machine so busy that nodes answer late, until {@code done}. */
  private static CommandLineFixture crawlUntil(
      Predicate<List<CrawledNode>> done, Path file, String... options) {
    List<String> args = new ArrayList<>(List.of("crawl", file.toString(), "--discovery", "v4"));
    args.addAll(List.of(options));
    for (int i = 0; i < ATTEMPTS; i++) {
      CommandLineFixture crawl = new CommandLineFixture();
      if (crawl.run(args.toArray(String[]::new)) != 0) {
        assertThat(crawl.err()).contains("nodes answered"); // none of them in time
        continue;
      }
      if (done.test(NodesFile.read(file, 2 * NODES).nodes())) {
        return crawl;
      }
    }
    throw new AssertionError("not even after " + ATTEMPTS + " crawls");
  }

  @Test
  void allNodesAreFoundAndFurtherCrawlsResumeFromTheFile() throws Exception {
    Path file = dir.resolve("nodes.json");
    try (LoopbackNetwork network = new LoopbackNetwork(NODES).settle()) {
      CommandLineFixture first =
          crawlUntil(
              nodes -> nodes.size() == NODES,
              file,
              "--bootnodes",
              network.bootnode().toString(),
              "--json");
      assertThat(json(first).at("/crawl/complete").asBoolean()).isTrue();
      assertThat(json(first).at("/crawl/seen").asInt()).isEqualTo(NODES);
      assertThat(json(first).at("/set/nodes").asInt()).isEqualTo(NODES);
      assertThat(json(first).at("/set/addressRanges/127.0.0.0~116").asInt()).isEqualTo(NODES);
      assertThat(first.err()).contains(NODES + " nodes seen").contains(NODES + " in the set");

      NodeId gone = network.enode(7).id();
      network.node(7).close();
      CommandLineFixture next =
          crawlUntil(
              nodes -> nodes.stream().noneMatch(node -> node.id().equals(gone)),
              file,
              "--recheck-after",
              "0");
      assertThat(next.out()).contains("by network").contains("127.0.0.0/16");
      assertThat(NodesFile.read(file, NODES).nodes())
          .hasSizeGreaterThan(NODES / 2)
          .anySatisfy(node -> assertThat(node.score()).isGreaterThan(1));
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
