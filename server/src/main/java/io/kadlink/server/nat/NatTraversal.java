package io.kadlink.server.nat;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.loop.NettyLoop;
import io.kadlink.server.nat.wire.IpProtocol;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import org.apache.tuweni.bytes.Bytes;

/**
 * Finds out where others reach this node, by the method its operator chose, has the router forward
 * the ports where it can, and keeps all that true until it is closed. Thread-safe; its state is
 * confined to one loop.
 */
public final class NatTraversal {
  private final Loop loop;
  private final Surroundings surroundings;
  private final Findings findings;
  private final Pursuit pursuit;

  private NatTraversal(Loop loop, Surroundings surroundings, Findings findings, Pursuit pursuit) {
    this.loop = loop;
    this.surroundings = surroundings;
    this.findings = findings;
    this.pursuit = pursuit;
  }

  /**
   * Whether {@code method} has anything to do for a node with these ports, 0 for none. What is
   * {@code none} or {@code extip} is done by itself.
   */
  public static boolean isNeeded(NatMethod method, int tcpPort, int udpPort) {
    return (tcpPort != 0 || udpPort != 0)
        && (method instanceof NatMethod.Mapped || method instanceof NatMethod.Stun);
  }

  /**
   * Begins, on a loop that serves sockets; returns at once.
   *
   * @throws IllegalArgumentException when there is nothing to do
   */
  public static NatTraversal start(NatOptions options, EventLoop eventLoop, Advertiser advertiser) {
    NettyLoop loop = new NettyLoop(eventLoop, options.clock());
    return start(options, loop, new LocalSurroundings(eventLoop, loop, options.bind()), advertiser);
  }

  /** As above, in any network. */
  static NatTraversal start(
      NatOptions options, Loop loop, Surroundings surroundings, Advertiser advertiser) {
    if (!isNeeded(options.method(), options.tcpPort(), options.udpPort())) {
      throw new IllegalArgumentException("there is nothing to do for " + options.method());
    }
    NatMetrics metrics = new NatMetrics(options.metrics());
    Findings findings = new Findings(options.method(), advertiser, metrics);
    Pursuit pursuit =
        switch (options.method()) {
          case NatMethod.Mapped mapped ->
              mappings(options, mapped, loop, surroundings, metrics, findings);
          case NatMethod.Stun stun ->
              new StunPursuit(loop, surroundings, metrics, findings, options, stun);
          case NatMethod.None none -> throw new IllegalStateException("checked above");
          case NatMethod.ExternalAddress fixed -> throw new IllegalStateException("checked above");
        };
    loop.execute(pursuit::start);
    return new NatTraversal(loop, surroundings, findings, pursuit);
  }

  private static Pursuit mappings(
      NatOptions options,
      NatMethod.Mapped method,
      Loop loop,
      Surroundings surroundings,
      NatMetrics metrics,
      Findings findings) {
    Map<IpProtocol, Bytes> nonces = PcpGateway.drawNonces(options.random());
    return new PortMappings(
        loop,
        surroundings,
        findings,
        options,
        route -> {
          List<Gateway> all = new ArrayList<>();
          for (MappingProtocol protocol : MappingProtocol.values()) {
            if (method.protocols().contains(protocol)) {
              all.add(
                  switch (protocol) {
                    case PCP -> new PcpGateway(loop, surroundings, metrics, nonces, route);
                    case PMP -> new PmpGateway(loop, surroundings, metrics, route);
                    case UPNP ->
                        new UpnpGateway(loop, surroundings, metrics, options.random(), route);
                  });
            }
          }
          return all;
        });
  }

  /** How far it is. */
  public NatStatus status() {
    return findings.status();
  }

  /**
   * Ends it: mappings are deleted, as far as the router answers within about two seconds. Completes
   * when that is done, never exceptionally.
   */
  public CompletionStage<Void> close() {
    CompletableFuture<Void> done = new CompletableFuture<>();
    try {
      loop.execute(
          () ->
              pursuit.close(
                  () -> {
                    surroundings.close();
                    done.complete(null);
                  }));
    } catch (RejectedExecutionException e) {
      done.complete(null); // the loop has ended before
    }
    return done;
  }
}
