package io.kadlink.cli;

import io.kadlink.discovery.DiscoveryOptions;
import io.kadlink.discovery.DiscoveryService;
import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeKey;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Real discovery services on loopback that know each other through the first. */
final class LoopbackNetwork implements AutoCloseable {
  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
  private final List<DiscoveryService> nodes = new ArrayList<>();

  LoopbackNetwork(int count) throws Exception {
    for (int i = 0; i < count; i++) {
      start();
    }
  }

  DiscoveryService start() throws Exception {
    DiscoveryOptions.Builder options =
        DiscoveryOptions.builder(NodeKey.generate(), group.next()).tcpPort(30303 + nodes.size());
    if (!nodes.isEmpty()) {
      options.bootnode(bootnode());
    }
    DiscoveryService node =
        DiscoveryService.start(options.build()).toCompletableFuture().get(20, TimeUnit.SECONDS);
    nodes.add(node);
    return node;
  }

  Enode bootnode() {
    return enode(0);
  }

  Enode enode(int index) {
    return nodes.get(index).localRecord().enode().orElseThrow();
  }

  DiscoveryService node(int index) {
    return nodes.get(index);
  }

  /** Waits until every node was seen by the first. */
  LoopbackNetwork settle() throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (nodes.get(0).distinctNodesSeen() < nodes.size() - 1) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("only " + nodes.get(0).distinctNodesSeen() + " nodes are known");
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
    return this;
  }

  @Override
  public void close() {
    nodes.forEach(DiscoveryService::close);
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
