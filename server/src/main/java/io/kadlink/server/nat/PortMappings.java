package io.kadlink.server.nat;

import com.google.common.collect.Comparators;
import com.google.common.net.InetAddresses;
import io.kadlink.discovery.KnownEndpoint;
import io.kadlink.discovery.loop.Loop;
import io.kadlink.server.nat.Gateway.Mapping;
import io.kadlink.server.nat.Gateway.Probe;
import io.kadlink.server.nat.Gateway.Wish;
import io.kadlink.server.nat.wire.IpProtocol;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Has a router map this node's ports, or let connections to them pass, and keeps that so.
 *
 * <pre>
 *              routers asked            one maps all ports
 *   start --> SEARCHING ----------------------------------> HELD --renewed at half-life--> HELD
 *               ^   |  none does: again after a while        |
 *               |   v                                        | refused, or silent twice, or
 *             FAILED                <------------------------+ another network
 * </pre>
 *
 * A clock ticks; each tick looks at the network, and at what is due: a renewal, a look at the
 * router, another search. The router is looked at every minute, because what it maps is gone after
 * it restarts, and announcements of that are multicast, which does not reach everyone. What was
 * held stays advertised while it is searched for anew, as long as it was granted for.
 */
final class PortMappings implements Pursuit {

  /** How often the network is looked at: a laptop's owner notices half a minute, not less. */
  static final Duration TICK = Duration.ofSeconds(15);

  /** How often the router is asked whether it is the one it was. */
  static final Duration PROBE_PERIOD = Duration.ofMinutes(1);

  /** After so many looks without an answer the router is taken to be another one, or elsewhere. */
  static final int SILENT_PROBES = 2;

  /** Nothing is granted for longer in earnest, and all arithmetic stays in range. */
  static final Duration LONGEST_LIFETIME = NatOptions.MAX_LIFETIME;

  static final Duration FIRST_RETRY = Duration.ofSeconds(30);
  static final Duration LONGEST_RETRY = Duration.ofMinutes(16);

  /** Of each wait up to so much is added by chance, so that no street asks its router in step. */
  private static final double JITTER = 0.1;

  private final Loop loop;
  private final Surroundings surroundings;
  private final Passage passage;
  private final Findings findings;
  private final RandomGenerator random;
  private final InetAddress bind;
  private final int tcpPort;
  private final int udpPort;
  private final Duration lifetime;
  private final Duration tick;
  private final Duration probePeriod;

  /** A fresh gateway of each protocol for a route. */
  private final Function<Route, List<Gateway>> gateways;

  private List<Route> routes = List.of();
  private Optional<Held> held = Optional.empty();
  private Runnable underWay = () -> {};
  private boolean busy;
  private boolean searchDue = true;
  private long nextSearch;
  private Duration retry = FIRST_RETRY;
  private Loop.@Nullable Timer timer;
  private boolean closed;

  /** What a gateway has mapped, and when to see to it; times are the loop's nanoseconds. */
  private static final class Held {
    final Gateway gateway;
    final List<Mapping> mappings;
    final long renewAt;
    final long expiresAt;
    long probeAt;
    int silent;

    Held(Gateway gateway, List<Mapping> mappings, Duration shortest, Duration probe, long now) {
      this.gateway = gateway;
      this.mappings = mappings;
      this.renewAt = now + shortest.dividedBy(2).toNanos();
      this.expiresAt = now + shortest.toNanos();
      this.probeAt = now + probe.toNanos();
    }
  }

  PortMappings(
      Passage passage,
      Loop loop,
      Surroundings surroundings,
      Findings findings,
      NatOptions options,
      Function<Route, List<Gateway>> gateways) {
    this.passage = passage;
    this.loop = loop;
    this.surroundings = surroundings;
    this.findings = findings;
    this.random = options.random();
    this.bind = options.bind();
    this.tcpPort = options.tcpPort();
    this.udpPort = options.udpPort();
    this.lifetime = options.lifetime();
    this.tick = Comparators.min(TICK, lifetime.dividedBy(8));
    this.probePeriod = Comparators.min(PROBE_PERIOD, lifetime.dividedBy(4));
    this.gateways = gateways;
    this.nextSearch = loop.nanoTime();
  }

  @Override
  public void start() {
    loop.assertInLoop();
    timer = loop.schedule(tick, this::start);
    if (!busy) {
      busy = true;
      surroundings.routes(this::look);
    }
  }

  /** One tick's work; each branch ends with {@link #rest}. */
  private void look(List<Route> all) {
    if (closed) {
      return;
    }
    List<Route> found = all.stream().filter(passage::isOf).toList();
    long now = loop.nanoTime();
    if (!found.equals(routes)) {
      routes = found;
      searchSoon(now);
    }
    if (held.isPresent() && !routes.contains(held.get().gateway.route())) {
      held = Optional.empty();
      findings.lost("the way to the router is gone");
      searchSoon(now);
    }
    if (held.isPresent() && now - held.get().expiresAt >= 0) {
      held = Optional.empty();
      findings.lost("the router did not renew the mapping");
    }
    if (searchDue && now - nextSearch >= 0) {
      search();
    } else if (held.isPresent() && !searchDue) {
      tend(held.get(), now);
    } else {
      rest();
    }
  }

  private void searchSoon(long now) {
    searchDue = true;
    nextSearch = now;
    retry = FIRST_RETRY;
  }

  private void rest() {
    busy = false;
    underWay = () -> {};
  }

  private void search() {
    List<Gateway> candidates = new ArrayList<>();
    routes.forEach(route -> candidates.addAll(gateways.apply(route)));
    if (candidates.isEmpty()) {
      nothing(
          passage.withoutRouter()
              + (bind.isAnyLocalAddress()
                  ? ""
                  : " in the network of " + InetAddresses.toAddrString(bind)));
      return;
    }
    underWay = GatewaySearch.start(candidates, wishes(), this::searched);
  }

  private void searched(GatewaySearch.Result result) {
    if (closed) {
      return;
    }
    switch (result) {
      case GatewaySearch.Result.Found found -> hold(found.gateway(), found.mappings());
      case GatewaySearch.Result.Nothing nothing -> nothing(nothing.why());
    }
  }

  private void nothing(String why) {
    if (held.isEmpty()) {
      findings.lost(why);
    }
    searchDue = true;
    nextSearch = loop.nanoTime() + (long) (retry.toNanos() * (1 + JITTER * random.nextDouble()));
    retry = Comparators.min(LONGEST_RETRY, retry.multipliedBy(2));
    rest();
  }

  private void hold(Gateway gateway, List<Mapping> mappings) {
    Duration shortest = LONGEST_LIFETIME;
    for (Mapping mapping : mappings) {
      shortest = Comparators.min(shortest, mapping.lifetime());
    }
    held = Optional.of(new Held(gateway, mappings, shortest, probePeriod, loop.nanoTime()));
    searchDue = false;
    retry = FIRST_RETRY;
    findings.found(
        gateway.protocol().label(),
        gateway.route().gateway(),
        new KnownEndpoint(
            mappings.get(0).externalAddress(),
            external(mappings, IpProtocol.TCP),
            external(mappings, IpProtocol.UDP)),
        Optional.of(loop.now().plus(shortest)));
    rest();
  }

  /** The port at the address of the first mapping, where a router has several. */
  private static OptionalInt external(List<Mapping> mappings, IpProtocol protocol) {
    InetAddress address = mappings.get(0).externalAddress();
    return mappings.stream()
        .filter(mapping -> mapping.protocol() == protocol)
        .filter(mapping -> mapping.externalAddress().equals(address))
        .mapToInt(Mapping::externalPort)
        .findFirst();
  }

  private void tend(Held now, long nanos) {
    if (nanos - now.renewAt >= 0) {
      renew(now);
    } else if (nanos - now.probeAt >= 0) {
      now.probeAt = nanos + probePeriod.toNanos();
      underWay = now.gateway::close;
      now.gateway.probe(found -> probed(now, found));
    } else {
      rest();
    }
  }

  private void probed(Held what, Probe found) {
    if (closed) {
      return;
    }
    if (found == Probe.FORGETFUL) {
      renew(what);
      return;
    }
    what.silent = found == Probe.SILENT ? what.silent + 1 : 0;
    if (what.silent >= SILENT_PROBES) {
      searchSoon(loop.nanoTime());
    }
    rest();
  }

  private void renew(Held what) {
    underWay = what.gateway::close;
    MappingRequests.send(
        what.gateway,
        wishes(),
        result -> {
          if (closed) {
            return;
          }
          switch (result) {
            case MappingRequests.Result.All all -> hold(what.gateway, all.mappings());
            case MappingRequests.Result.Failed failed -> {
              searchSoon(loop.nanoTime());
              rest();
            }
          }
        });
  }

  /** What is mapped is wanted again; at first, the numbers that the ports have here. */
  private List<Wish> wishes() {
    List<Wish> wishes = new ArrayList<>();
    addWish(wishes, IpProtocol.TCP, tcpPort);
    addWish(wishes, IpProtocol.UDP, udpPort);
    return wishes;
  }

  private void addWish(List<Wish> wishes, IpProtocol protocol, int port) {
    if (port != 0) {
      int wanted =
          held.map(last -> external(last.mappings, protocol))
              .orElse(OptionalInt.empty())
              .orElse(port);
      wishes.add(new Wish(protocol, port, wanted, lifetime));
    }
  }

  @Override
  public void close(Runnable done) {
    loop.assertInLoop();
    closed = true;
    if (timer != null) {
      timer.cancel();
    }
    underWay.run();
    if (held.isEmpty()) {
      done.run();
      return;
    }
    unmap(held.get(), 0, done);
  }

  private static void unmap(Held what, int index, Runnable done) {
    if (index == what.mappings.size()) {
      done.run();
    } else {
      what.gateway.unmap(what.mappings.get(index), () -> unmap(what, index + 1, done));
    }
  }
}
