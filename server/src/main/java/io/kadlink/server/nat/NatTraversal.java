package io.kadlink.server.nat;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.loop.NettyLoop;
import io.kadlink.server.nat.wire.IpProtocol;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.tuweni.bytes.Bytes;

/**
 * Finds out where others reach this node, by the method its operator chose, has the router forward
 * the ports, or let connections to them pass, where it can, and keeps all that true until it is
 * closed. Thread-safe; its state is confined to one loop.
 */
public final class NatTraversal {
  private final Loop loop;
  private final Surroundings surroundings;

  /** One, or for mappings one for each family, IPv4 first. */
  private final List<Search> searches;

  /** Something that is looked for, and what was found of it. */
  private record Search(Findings findings, Pursuit pursuit) {}

  private NatTraversal(Loop loop, Surroundings surroundings, List<Search> searches) {
    this.loop = loop;
    this.surroundings = surroundings;
    this.searches = searches;
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
    List<Search> searches =
        switch (options.method()) {
          case NatMethod.Mapped mapped ->
              passages(mapped).stream()
                  .map(
                      passage ->
                          mappings(
                              passage, options, mapped, loop, surroundings, metrics, advertiser))
                  .toList();
          case NatMethod.Stun stun -> {
            Findings findings = new Findings(stun, Passage.MAPPING, advertiser, metrics);
            yield List.of(
                new Search(
                    findings,
                    new StunPursuit(loop, surroundings, metrics, findings, options, stun)));
          }
          case NatMethod.None none -> throw new IllegalStateException("checked above");
          case NatMethod.ExternalAddress fixed -> throw new IllegalStateException("checked above");
        };
    searches.forEach(search -> loop.execute(search.pursuit()::start));
    return new NatTraversal(loop, surroundings, searches);
  }

  /** NAT-PMP knows nothing of IPv6. */
  private static List<Passage> passages(NatMethod.Mapped method) {
    return method.protocols().equals(Set.of(MappingProtocol.PMP))
        ? List.of(Passage.MAPPING)
        : List.of(Passage.MAPPING, Passage.PINHOLE);
  }

  private static Search mappings(
      Passage passage,
      NatOptions options,
      NatMethod.Mapped method,
      Loop loop,
      Surroundings surroundings,
      NatMetrics metrics,
      Advertiser advertiser) {
    Findings findings = new Findings(method, passage, advertiser, metrics);
    Map<IpProtocol, Bytes> nonces = PcpGateway.drawNonces(options.random());
    Pursuit pursuit =
        new PortMappings(
            passage,
            loop,
            surroundings,
            findings,
            options,
            route -> {
              List<Gateway> all = new ArrayList<>();
              for (MappingProtocol protocol : MappingProtocol.values()) {
                if (method.protocols().contains(protocol)) {
                  switch (protocol) {
                    case PCP -> all.add(new PcpGateway(loop, surroundings, metrics, nonces, route));
                    case PMP -> {
                      if (passage == Passage.MAPPING) {
                        all.add(new PmpGateway(loop, surroundings, metrics, route));
                      }
                    }
                    case UPNP ->
                        all.add(
                            passage == Passage.MAPPING
                                ? new UpnpGateway(
                                    loop, surroundings, metrics, options.random(), route)
                                : new UpnpFirewall(loop, surroundings, metrics, route));
                  }
                }
              }
              return all;
            });
    return new Search(findings, pursuit);
  }

  /** How far it is. */
  public NatStatus status() {
    NatStatus status = searches.getFirst().findings().status();
    return searches.size() == 1 ? status : status.withIpv6(searches.getLast().findings().status());
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
              close(
                  searches,
                  () -> {
                    surroundings.close();
                    done.complete(null);
                  }));
    } catch (RejectedExecutionException e) {
      done.complete(null); // the loop has ended before
    }
    return done;
  }

  /** All at the same time. */
  private static void close(List<Search> searches, Runnable done) {
    AtomicInteger open = new AtomicInteger(searches.size());
    Runnable one =
        () -> {
          if (open.decrementAndGet() == 0) {
            done.run();
          }
        };
    searches.forEach(search -> search.pursuit().close(one));
  }
}
