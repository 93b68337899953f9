package io.kadlink.server.examples;

import io.kadlink.discovery.DiscoveryOptions;
import io.kadlink.discovery.DiscoveryService;
import io.kadlink.identity.NodeKey;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.net.InetSocketAddress;

/** A bootnode inside another program: discovery alone, on one event loop. */
final class EmbeddedBootnode {
  private EmbeddedBootnode() {}

  // example begins
  static DiscoveryService bootnode(NodeKey key, InetSocketAddress bind) {
    var loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    var options = DiscoveryOptions.builder(key, loops.next()).bindAddress(bind).build();
    DiscoveryService service = DiscoveryService.start(options).toCompletableFuture().join();
    System.err.println(service.localRecord()); // what others put into --bootnodes
    return service;
  }

  // example ends
}
