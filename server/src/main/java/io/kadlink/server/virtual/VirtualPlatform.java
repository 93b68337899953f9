package io.kadlink.server.virtual;

import io.kadlink.discovery.DiscoveryOptions;
import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.udp.Sockets;
import io.kadlink.identity.Signer;
import io.kadlink.rlpx.Transport;
import io.kadlink.server.Platform;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/** One loop for everything, on a network that is handed in. */
public final class VirtualPlatform implements Platform {
  private final Loop loop;
  private final Sockets sockets;
  private final RandomGenerator secrets;
  private final VirtualEventLoop eventLoop;
  private final Transport transport;

  /**
   * A platform for one server.
   *
   * @param loop runs all of the server; the caller's to end
   * @param sockets for discovery
   * @param network for sessions
   * @param secrets draws what must be unpredictable where it is not simulated
   */
  public VirtualPlatform(Loop loop, Sockets sockets, TcpNetwork network, RandomGenerator secrets) {
    this.loop = loop;
    this.sockets = sockets;
    this.secrets = secrets;
    this.eventLoop = new VirtualEventLoop(loop);
    this.transport =
        new Transport(
            eventLoop,
            eventLoop,
            () -> new VirtualChannel(network),
            () -> new VirtualListener(network));
  }

  @Override
  public Loop server() {
    return loop;
  }

  @Override
  public Loop protocol(String name) {
    return loop;
  }

  @Override
  public Transport transport() {
    return transport;
  }

  @Override
  public DiscoveryOptions.Builder discovery(Signer signer) {
    return DiscoveryOptions.builder(signer, loop, sockets);
  }

  @Override
  public Executor computation() {
    return Runnable::run;
  }

  @Override
  public Executor verifier() {
    return loop;
  }

  @Override
  public RandomGenerator secrets() {
    return secrets;
  }

  /** Whoever waits keeps virtual time from passing. */
  @Override
  public boolean mustNotWait() {
    return true;
  }

  @Override
  public CompletionStage<Void> close() {
    var unused = eventLoop.shutdownGracefully();
    return CompletableFuture.completedFuture(null);
  }
}
