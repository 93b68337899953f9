package io.kadlink.discovery.testing;

import io.kadlink.discovery.DiscoveryOptions;
import io.kadlink.discovery.DiscoveryService;
import io.kadlink.identity.Enode;
import io.kadlink.identity.NodeKey;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.EventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** Real discovery services on loopback, all stopped by {@link #close}. */
public final class LoopbackNodes implements AutoCloseable {
  public final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final MultiThreadIoEventLoopGroup group;
  private final List<DiscoveryService> services = new ArrayList<>();

  public LoopbackNodes() {
    this(NioIoHandler.newFactory());
  }

  public LoopbackNodes(IoHandlerFactory io) {
    group = new MultiThreadIoEventLoopGroup(2, io);
  }

  public EventLoop eventLoop() {
    return group.next();
  }

  public DiscoveryService start(int tcpPort, Enode... bootnodes) {
    return start(builder -> builder.tcpPort(tcpPort).bootnodes(List.of(bootnodes)));
  }

  public DiscoveryService start(UnaryOperator<DiscoveryOptions.Builder> options) {
    DiscoveryOptions.Builder builder =
        DiscoveryOptions.builder(NodeKey.generate(), group.next()).meterRegistry(meters);
    DiscoveryService service = get(DiscoveryService.start(options.apply(builder).build()));
    services.add(service);
    return service;
  }

  public void closeLater(DiscoveryService service) {
    services.add(service);
  }

  /** How often something was dropped for that reason, by all these nodes together. */
  public double dropped(String reason) {
    return meters.get("kadlink.discovery.v4.dropped").tag("reason", reason).counter().count();
  }

  public static <T> T get(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** Waits until the condition holds. */
  public static void await(String what, Callable<Boolean> condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    try {
      while (!condition.call()) {
        if (System.nanoTime() > deadline) {
          throw new AssertionError("waited in vain until " + what);
        }
        Thread.onSpinWait();
      }
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  public static Enode enode(DiscoveryService service) {
    return service.localRecord().enode().orElseThrow();
  }

  @Override
  public void close() {
    services.forEach(DiscoveryService::close);
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
