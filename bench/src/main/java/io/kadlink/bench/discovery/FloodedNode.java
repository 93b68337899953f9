package io.kadlink.bench.discovery;

import io.kadlink.discovery.DiscoveryOptions;
import io.kadlink.discovery.DiscoveryService;
import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeKey;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * The process under attack: a discovery node on loopback. It prints its enode URL; for each line on
 * its standard input it prints its figures, and it ends with its input.
 */
final class FloodedNode {
  private FloodedNode() {}

  public static void main(String[] args)
      throws IOException, InterruptedException, ExecutionException {
    MultiThreadIoEventLoopGroup group =
        new MultiThreadIoEventLoopGroup(
            1, Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    NodeKey key = NodeKey.generate();
    DiscoveryService discovery =
        DiscoveryService.start(
                DiscoveryOptions.builder(key, group.next()).meterRegistry(meters).build())
            .toCompletableFuture()
            .get();
    print(
        Enode.of(
            key.publicKey(),
            discovery.localAddress().getAddress(),
            0,
            discovery.localAddress().getPort()));
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    while (commands.readLine() != null) {
      print(figures(meters));
    }
    discovery.close();
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
  }

  private static SortedMap<String, Long> figures(SimpleMeterRegistry meters) {
    SortedMap<String, Long> figures = new TreeMap<>();
    for (String version : List.of("v4", "v5")) {
      for (Counter counter : meters.find("kadlink.discovery." + version + ".dropped").counters()) {
        figures.put(
            "dropped." + version + "." + counter.getId().getTag("reason"), (long) counter.count());
      }
    }
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    figures.put("heap", runtime.totalMemory() - runtime.freeMemory());
    figures.put("cpu", ProcessHandle.current().info().totalCpuDuration().orElseThrow().toMillis());
    return figures;
  }

  private static void print(Object line) {
    System.out.println(line);
    System.out.flush();
  }
}
