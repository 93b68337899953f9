package io.kadlink.discovery;

import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeKey;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * Discovery alone, for conformance tools: {@code DiscoveryMain PORT [BOOTNODE...]} prints its enode
 * URL and record and runs until it is stopped.
 */
public final class DiscoveryMain {
  private DiscoveryMain() {}

  public static void main(String[] args) throws Exception {
    MultiThreadIoEventLoopGroup group =
        new MultiThreadIoEventLoopGroup(
            1, Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    int port = args.length > 0 ? Integer.parseInt(args[0]) : 0;
    DiscoveryOptions options =
        DiscoveryOptions.builder(NodeKey.generate(), group.next())
            .bindAddress(new InetSocketAddress("127.0.0.1", port))
            .tcpPort(port)
            .bootnodes(List.of(args).stream().skip(1).map(Enode::parse).toList())
            .build();
    DiscoveryService discovery = DiscoveryService.start(options).toCompletableFuture().get();
    System.out.println(
        Enode.of(
            options.signer().publicKey(),
            discovery.localAddress().getAddress(),
            port,
            discovery.localAddress().getPort()));
    System.out.println(discovery.localRecord());
    Thread.currentThread().join();
  }
}
