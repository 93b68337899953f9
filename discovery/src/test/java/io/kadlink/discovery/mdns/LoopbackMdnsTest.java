package io.kadlink.discovery.mdns;

import static org.assertj.core.api.Assertions.assertThat;

import io.kadlink.discovery.Node;
import io.kadlink.discovery.loop.NettyLoop;
import io.kadlink.identity.NodeKey;
import io.kadlink.identity.NodeRecord;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.net.InetAddress;
import java.time.InstantSource;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two nodes on the loopback interface, with real multicast. */
class LoopbackMdnsTest {
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

  private final class Neighbour {
    final NodeKey key = NodeKey.generate();
    final ExecutorService blocking = Executors.newSingleThreadExecutor();
    final LanNodes nodes =
        new LanNodes(
            new NettyLoop(group.next(), InstantSource.system()),
            key.id(),
            true,
            new SimpleMeterRegistry());
    final CompletionStage<LanService> service =
        LanService.start(LOOPBACK, record(1), nodes, blocking);

    NodeRecord record(long seq) {
      return NodeRecord.builder().seq(seq).endpoint(LOOPBACK, 30303, 30303).sign(key);
    }

    Node finds(Neighbour other) throws Exception {
      while (true) {
        for (Node node : get(nodes.pull(16))) {
          if (node.id().equals(other.key.id())) {
            return node;
          }
        }
      }
    }

    CompletionStage<Void> close() {
      return service.thenCompose(LanService::close).thenRun(blocking::shutdown);
    }
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  @AfterEach
  void stop() throws Exception {
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
  }

  @Test
  void neighboursFindEachOtherAndHearOfNewRecords() throws Exception {
    Neighbour first = new Neighbour();
    Neighbour second = new Neighbour();
    try {
      assertThat(first.finds(second).record()).contains(second.record(1));
      assertThat(second.finds(first).record()).contains(first.record(1));
      get(get(second.service).announce(second.record(2)));
      assertThat(first.finds(second).record()).contains(second.record(2));
    } finally {
      CompletionStage<Void> closing = first.close();
      get(second.close());
      get(closing);
    }
  }
}
