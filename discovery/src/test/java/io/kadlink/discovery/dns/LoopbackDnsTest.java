package io.kadlink.discovery.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kadlink.discovery.Node;
import io.kadlink.discovery.loop.NettyLoop;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The client against a DNS server on a real socket. */
class LoopbackDnsTest {
  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private TinyDnsServer server;
  private TxtResolver resolver;

  @BeforeEach
  void start() throws Exception {
    server = new TinyDnsServer();
    resolver = DnsJavaResolver.of(List.of(server.address()), Duration.ofSeconds(2));
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
  }

  @Test
  void allNodesOfAListComeOverTheWire() throws Exception {
    server.publish(Lists.tree("n.example", 1, Lists.records(0, 30), "m.example"));
    server.publish(Lists.tree("m.example", 1, Lists.records(30, 40)));
    DnsNodes source =
        new DnsNodes(
            List.of(Lists.link("n.example")),
            resolver,
            new NettyLoop(group.next(), InstantSource.system()),
            DnsOptions.defaults().withQueriesPerSecond(1_000),
            new SplittableRandom(1),
            new SimpleMeterRegistry());
    Set<Object> found = new LinkedHashSet<>();
    while (found.size() < 40) {
      for (Node node : source.pull(16).toCompletableFuture().get(20, TimeUnit.SECONDS)) {
        found.add(node.record().orElseThrow());
      }
    }
    source.close();
    assertThat(found).containsExactlyInAnyOrderElementsOf(Lists.records(0, 40));
  }

  @Test
  void theTimeToLiveIsThatOfTheRecord() throws Exception {
    SignedTree tree = Lists.tree("n.example", 1, Lists.records(0, 1));
    server.publish(tree);
    TxtResolver.Answer answer =
        resolver.resolve("n.example").toCompletableFuture().get(20, TimeUnit.SECONDS);
    assertThat(answer.texts()).containsExactly(tree.root().toString());
    assertThat(answer.ttl()).isEqualTo(TinyDnsServer.TTL);
  }

  @Test
  void aNameThatIsNotThereFails() {
    assertThatThrownBy(
            () -> resolver.resolve("n.example").toCompletableFuture().get(20, TimeUnit.SECONDS))
        .hasMessageContaining("n.example: there is no such DNS name");
  }
}
