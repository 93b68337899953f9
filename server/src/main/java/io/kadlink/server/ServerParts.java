package io.kadlink.server;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.loop.SteadyClock;
import io.kadlink.identity.PublicKey;
import io.kadlink.rlpx.NettyRlpx;
import io.kadlink.rlpx.Rlpx;
import io.kadlink.rlpx.RlpxOptions;
import io.kadlink.rlpx.Unpacking;
import io.kadlink.server.admission.AccessLists;
import io.kadlink.server.admission.Admission;
import io.kadlink.server.admission.InboundThrottle;
import io.kadlink.server.reputation.Reputation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** What a server is made of, put together and not started. */
final class ServerParts {
  final ServerOptions options;
  final Platform platform;
  final Loop loop;
  final Events events = new Events();
  final Detours detours = new Detours();
  final AccessLists access;
  final Admission admission;
  final LocalRecord record;
  final List<ProtocolHost> hosts;
  final PeerSet peers;
  final Discipline discipline;
  final Members members;
  final Rotation rotation;
  final Dialer dialer;
  final Door door;
  final Rlpx rlpx;

  /** Reads what an earlier run kept; waits for the disk. */
  ServerParts(ServerOptions options, Platform platform, Members.Start membership) {
    this.options = options;
    this.platform = platform;
    PublicKey self = options.signer().publicKey();
    this.loop = platform.server();
    SteadyClock steady = new SteadyClock(options.clock(), loop::nanoTime);
    this.access = options.admission().lists(steady);
    Arrivals arrivals = new Arrivals(steady);
    this.admission =
        new Admission(
            self.id(), options.limits(), access, options.admission().eviction(), splitRandom());
    options.admission().preferred().forEach(admission::prefer);
    options.trustedNodes().forEach(node -> admission.trust(node.id()));
    this.record = new LocalRecord(loop, options.signer(), options.clock());
    ServerMetrics metrics = new ServerMetrics(options.metrics());
    Unpacking unpacking = new Unpacking(platform.computation());
    List<ProtocolHost> all = new ArrayList<>();
    for (Protocol protocol : options.protocols()) {
      all.add(new ProtocolHost(protocol, platform.protocol(protocol.name()), unpacking, metrics));
    }
    this.hosts = List.copyOf(all);
    this.peers = new PeerSet(loop, steady, hosts, metrics, events);
    this.dialer =
        new Dialer(
            self.id(),
            loop,
            steady,
            options.maxDialed(),
            access,
            arrivals,
            peers,
            new DialReports(metrics, events),
            options.dialing(),
            options.dialFilter(),
            splitRandom());
    peers.observe(dialer);
    metrics.limits(options.limits());
    metrics.watchDials(dialer::underway);
    Reputation reputation = new Reputation(options.reputation(), steady, admission::trusts);
    Optional<Discipline.Files> files = options.stateFolder().map(Discipline.Files::in);
    files.ifPresent(each -> Discipline.restore(each, access, reputation, steady));
    this.discipline =
        new Discipline(loop, steady, reputation, access, peers, metrics, events, files);
    peers.observe(discipline);
    this.rotation = new Rotation(loop, steady, splitRandom(), options.limits(), peers, metrics);
    this.members =
        new Members(
            loop,
            options.clock(),
            membership,
            self,
            platform.verifier(),
            peers,
            new MembershipMetrics(options.metrics()));
    this.door =
        new Door(
            loop,
            admission,
            access,
            new InboundThrottle(steady),
            arrivals,
            peers,
            dialer,
            members,
            metrics,
            events);
    this.rlpx = new NettyRlpx(rlpxOptions(), platform.transport());
  }

  private RlpxOptions rlpxOptions() {
    RlpxOptions.Builder builder =
        RlpxOptions.builder(options.signer(), options.clientName(), options.metrics())
            .gate(door)
            .random(platform.secrets())
            .computation(platform.computation())
            .helloElements(members::shown);
    for (Protocol protocol : options.protocols()) {
      builder
          .capability(protocol.capability(), protocol.messageCount())
          .maxPendingBytes(protocol.capability(), protocol.maxPendingBytes());
    }
    return builder.build();
  }

  SplittableRandom splitRandom() {
    return new SplittableRandom(options.random().nextLong());
  }
}
