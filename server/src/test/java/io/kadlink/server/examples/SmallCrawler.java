package io.kadlink.server.examples;

import io.kadlink.discovery.Crawl;
import io.kadlink.discovery.DiscoveryOptions;
import io.kadlink.discovery.DiscoveryService;
import io.kadlink.discovery.crawl.CrawlOptions;
import io.kadlink.discovery.crawl.CrawledNode;
import io.kadlink.discovery.crawl.NodeSet;
import io.kadlink.discovery.table.Contact;
import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeKey;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A crawler: every node of a network, with its record. */
final class SmallCrawler {
  private SmallCrawler() {}

  // example begins
  static List<CrawledNode> crawl(Enode bootnode) {
    var loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    try {
      var options =
          DiscoveryOptions.builder(NodeKey.generate(), loops.next())
              .bindAddress(new InetSocketAddress(0))
              .bootnodes(List.of(bootnode))
              .build();
      try (DiscoveryService service =
          DiscoveryService.start(options).toCompletableFuture().join()) {
        Contact first =
            new Contact(
                bootnode.publicKey(), bootnode.udpEndpoint(), bootnode.tcpPort(), Optional.empty());
        Crawl crawl = service.crawl(new NodeSet(), List.of(first), CrawlOptions.DEFAULT);
        crawl.done().toCompletableFuture().join();
        List<CrawledNode> nodes = crawl.nodes().toCompletableFuture().join();
        nodes.forEach(node -> System.err.println(node.id() + " score " + node.score()));
        return nodes;
      }
    } finally {
      loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
  }

  // example ends
}
