package io.kadlink.server.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.DiscoveryService;
import io.kadlink.discovery.crawl.CrawledNode;
import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeKey;
import io.kadlink.server.Server;
import io.kadlink.server.testing.Await;
import io.kadlink.server.testing.TestNetwork;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples of docs/library.md compile, run, and are the ones beside this test. */
class LibraryGuideTest {
  private static final Path GUIDE = Path.of("../docs/library.md");
  private static final Path HERE = Path.of("src/test/java/io/kadlink/server/examples");

  /** A page. */
  private static final int MAX_LINES = 60;

  @Test
  void aProtocolOfOnesOwnAsksAnotherNode() {
    try (TestNetwork network = new TestNetwork()) {
      Server server = network.server(new OwnProtocol.Time());
      Instant told =
          Await.value(CompletableFuture.supplyAsync(() -> OwnProtocol.timeAt(server.enode())));
      assertThat(told).isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(60));
    }
  }

  @Test
  void aCrawlerFindsWhoeverAnEmbeddedBootnodeKnows() {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    NodeKey key = NodeKey.generate();
    try (TestNetwork network = new TestNetwork();
        DiscoveryService bootnode = EmbeddedBootnode.bootnode(key, any)) {
      Enode first = bootnode.localRecord().enode().orElseThrow();
      Server server = network.server(options -> options.discovery(true).bootnodes(first));
      Await.until(
          "the bootnode knows the server",
          Duration.ofSeconds(30),
          () -> !Await.value(bootnode.table()).isEmpty());
      List<CrawledNode> found =
          Await.value(CompletableFuture.supplyAsync(() -> SmallCrawler.crawl(first)));
      assertThat(found).extracting(CrawledNode::id).contains(server.id(), key.publicKey().id());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"OwnProtocol", "EmbeddedBootnode", "SmallCrawler"})
  void theGuideQuotesThemWordForWord(String example) throws IOException {
    List<String> lines = Files.readAllLines(HERE.resolve(example + ".java"));
    String text =
        String.join(
                "\n",
                lines.subList(
                    lines.indexOf("  // example begins") + 1, lines.indexOf("  // example ends")))
            .stripTrailing()
            .stripIndent();
    assertThat(text.lines()).hasSizeBetween(1, MAX_LINES);
    assertThat(Files.readString(GUIDE)).contains("```java\n" + text + "\n```");
  }
}
