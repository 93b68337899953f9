package io.kadlink.cli;

import io.kadlink.discovery.DiscoveryOptions;
import io.kadlink.discovery.DiscoveryService;
import io.kadlink.discovery.DiscoveryVersion;
import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeKey;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A discovery service for the time of one command, with a fresh key. It is bound to loopback when
 * all nodes it is about are there, else to all addresses.
 */
final class DiscoveryClient implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(10);

  /** How often the table is looked at while waiting for the first node in it. */
  private static final Duration POLL = Duration.ofMillis(50);

  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private @Nullable DiscoveryService service;

  private DiscoveryClient() {}

  /**
   * Opens a socket.
   *
   * @param near where the nodes are that one has to do with
   * @param bootnodes nodes to fill the table from; empty to only speak to those one names
   * @throws CommandFailure when that is not possible
   */
  static DiscoveryClient open(
      Set<DiscoveryVersion> versions, Collection<InetAddress> near, List<Enode> bootnodes) {
    return open(versions, bindAddress(near), bootnodes);
  }

  /**
   * Opens a socket at an address.
   *
   * @throws CommandFailure when that is not possible
   */
  static DiscoveryClient open(
      Set<DiscoveryVersion> versions, InetSocketAddress at, List<Enode> bootnodes) {
    DiscoveryClient client = new DiscoveryClient();
    try {
      client.start(versions, at, bootnodes);
      return client;
    } catch (RuntimeException e) {
      client.close();
      throw e;
    }
  }

  private void start(Set<DiscoveryVersion> versions, InetSocketAddress at, List<Enode> bootnodes) {
    service =
        Waiting.on(
            DiscoveryService.start(
                DiscoveryOptions.builder(NodeKey.generate(), group.next())
                    .versions(versions)
                    .bindAddress(at)
                    .bootnodes(bootnodes)
                    .build()),
            START_LIMIT,
            "The UDP socket can't be opened");
  }

  /** The loopback address that the nodes have in common, else all addresses. */
  private static InetSocketAddress bindAddress(Collection<InetAddress> near) {
    boolean loopback = !near.isEmpty() && near.stream().allMatch(InetAddress::isLoopbackAddress);
    return loopback ? new InetSocketAddress(near.iterator().next(), 0) : new InetSocketAddress(0);
  }

  DiscoveryService service() {
    if (service == null) {
      throw new IllegalStateException("not started");
    }
    return service;
  }

  /**
   * Waits until a bootnode answered.
   *
   * @throws CommandFailure when none does in time
   */
  void awaitBootnode(Duration limit) {
    long end = System.nanoTime() + limit.toNanos();
    while (Waiting.on(service().table(), START_LIMIT, "Discovery does not answer").isEmpty()) {
      if (System.nanoTime() - end > 0) {
        throw new CommandFailure("None of the bootnodes answered within " + Durations.text(limit));
      }
      pause();
    }
  }

  private static void pause() {
    try {
      TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailure("interrupted", e);
    }
  }

  @Override
  public void close() {
    if (service != null) {
      service.close();
    }
    var unused = group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }
}
