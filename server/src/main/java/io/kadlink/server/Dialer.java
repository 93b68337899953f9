package io.kadlink.server;

import io.kadlink.discovery.Discovery;
import io.kadlink.discovery.Node;
import io.kadlink.discovery.NodeSource;
import io.kadlink.discovery.loop.Loop;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.PublicKey;
import io.kadlink.rlpx.Rlpx;
import io.kadlink.rlpx.RlpxConnection;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.server.admission.AccessLists;
import io.kadlink.server.admission.Decision;
import io.kadlink.server.admission.Slot;
import io.kadlink.server.dial.DialKind;
import io.kadlink.server.dial.DialOptions;
import io.kadlink.server.dial.DialOutcome;
import io.kadlink.server.dial.DialReason;
import io.kadlink.server.dial.DialScheduler;
import io.kadlink.server.dial.DialTarget;
import io.kadlink.server.dial.Outside;
import io.kadlink.server.dial.Setback;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out what the dial scheduler decides and what users ask for: at most one dial for each
 * node at a time, whoever wants it. Confined to the server's loop, but for {@link #connect}.
 */
final class Dialer implements Outside, Door.Dials, PeerSet.Observer {
  private static final Logger LOG = LoggerFactory.getLogger(Dialer.class);

  /** After "already connected" the session it speaks of should show up within a few round trips. */
  private static final Duration OTHER_CONNECTION = Duration.ofSeconds(3);

  /** How soon a requested dial looks again whether the node's own connection made it. */
  private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

  private final NodeId self;
  private final Loop loop;
  private final InstantSource clock;
  private final AccessLists access;
  private final DialFilter filter;
  private final Arrivals arrivals;
  private final PeerSet peers;
  private final DialReports reports;
  private final DialScheduler scheduler;
  private final Map<NodeId, Attempt> running = new HashMap<>();
  private final Requests requests = new Requests();
  private @Nullable Network network;
  private Scouts scouts;
  private Loop.Timer wake = () -> {};
  private boolean stopped;
  private volatile int underway;

  /** What dials go through. */
  record Network(
      Rlpx rlpx,
      Detours detours,
      Optional<Discovery> discovery,
      Optional<NodeSource> source,
      Door door) {}

  Dialer(
      NodeId self,
      Loop loop,
      InstantSource clock,
      int slots,
      AccessLists access,
      Arrivals arrivals,
      PeerSet peers,
      DialReports reports,
      DialOptions options,
      DialFilter filter,
      RandomGenerator random) {
    this.self = self;
    this.loop = loop;
    this.clock = clock;
    this.access = access;
    this.filter = filter;
    this.arrivals = arrivals;
    this.peers = peers;
    this.reports = reports;
    this.scouts = Scouts.none(loop);
    this.scheduler = new DialScheduler(this, options, slots, random);
  }

  /** From here on there is a network to dial on. */
  void start(Network network) {
    loop.assertInLoop();
    this.network = network;
    this.scouts = new Scouts(loop, network.discovery(), network.source());
    network.discovery().flatMap(Discovery::memory).ifPresent(reports::rememberIn);
    scheduler.start();
  }

  void stop() {
    loop.assertInLoop();
    stopped = true;
    reports.stop();
    scheduler.stop();
    wake.cancel();
    requests.failAll("this node is stopping");
  }

  DialScheduler scheduler() {
    return scheduler;
  }

  /** Dials under way, as last seen; any thread. */
  int underway() {
    return underway;
  }

  /** Dials under way. */
  int running() {
    loop.assertInLoop();
    return running.size();
  }

  Map<NodeId, DialReason> reasons() {
    return scheduler.reasons();
  }

  /** The session with this node: the one there is, or a new one, free of the limits. Any thread. */
  CompletionStage<Peer> connect(DialTarget target) {
    CompletableFuture<Peer> answer = new CompletableFuture<>();
    loop.execute(() -> request(target, answer));
    return answer;
  }

  private void request(DialTarget target, CompletableFuture<Peer> answer) {
    NodeId id = target.id();
    Optional<Session> session = peers.peer(id);
    if (session.isPresent()) {
      answer.complete(session.get());
    } else if (stopped) {
      answer.completeExceptionally(new DialException("this node is stopping"));
    } else if (id.equals(self)) {
      answer.completeExceptionally(new DialException("can't connect to " + target + ": it is us"));
    } else {
      requests.add(id, answer);
      dialRequested(target, answer);
    }
  }

  private void dialRequested(DialTarget target, CompletableFuture<Peer> answer) {
    Attempt attempt = running.get(target.id());
    if (attempt != null) {
      attempt.requested();
    } else if (arrivals.contains(target.id())) {
      loop.schedule(
          LOOK_AGAIN,
          () -> {
            if (!answer.isDone() && !stopped) {
              dialRequested(target, answer);
            }
          });
    } else {
      dial(target, DialKind.REQUESTED);
    }
  }

  // --- what the scheduler sees and does

  @Override
  public void assertInLoop() {
    loop.assertInLoop();
  }

  @Override
  public Instant now() {
    return clock.instant();
  }

  @Override
  public void wakeAfter(Duration delay) {
    wake.cancel();
    wake = loop.schedule(delay, scheduler::tick);
  }

  @Override
  public Optional<String> occupied(NodeId id) {
    if (id.equals(self)) {
      return Optional.of("it is this node itself");
    }
    if (peers.held(id).isPresent()) {
      return Optional.of("it is a peer");
    }
    if (running.containsKey(id)) {
      return Optional.of("it is being dialed");
    }
    return arrivals.contains(id) ? Optional.of("it is connecting to us") : Optional.empty();
  }

  @Override
  public Optional<String> barred(DialTarget target, boolean named) {
    return access.judge(Optional.of(target.id()), target.socket(), named).map(Decision.Refuse::why);
  }

  @Override
  public boolean detourOffered(Node node) {
    return network != null && network.detours().offered(node);
  }

  @Override
  public Optional<String> objection(Node node) {
    return filter.objection(node);
  }

  @Override
  public boolean detourPossible() {
    return network != null && network.detours().detour().isPresent();
  }

  @Override
  public int dialedPeers() {
    return peers.taken(Slot.DIALED);
  }

  @Override
  public void dial(DialTarget target, DialKind kind) {
    loop.assertInLoop();
    if (network == null) {
      loop.execute(
          () ->
              fail(
                  target,
                  new Attempt.Failed(
                      "not_started", Setback.REFUSED_BY_US, "this node is still starting", null)));
      return;
    }
    LOG.debug("dialing {} ({})", target, kind);
    Attempt attempt = new Attempt(target, kind, network, loop, access);
    running.put(target.id(), attempt);
    underway = running.size();
    attempt.start().whenComplete((connected, failure) -> loop.execute(() -> ended(attempt)));
  }

  @Override
  public void resolve(DialTarget target) {
    scouts.find(target, found -> scheduler.resolved(target.id(), found));
  }

  @Override
  public void pull(int max) {
    scouts.pull(max, scheduler::found);
  }

  private void ended(Attempt attempt) {
    DialTarget target = attempt.target();
    running.remove(target.id(), attempt);
    underway = running.size();
    Optional<String> refusal =
        Optional.ofNullable(network).flatMap(it -> it.door().whyRefused(target.id()));
    switch (attempt.result()) {
      case Attempt.Direct direct -> {
        boolean added =
            peers
                .add(direct.connection(), Optional.empty(), target.node().flatMap(Node::record))
                .isPresent();
        if (added || peers.peer(target.id()).isPresent()) {
          succeed(target, "connected");
        } else {
          fail(
              target,
              new Attempt.Failed(
                  "refused", Setback.REFUSED_BY_US, "its place was gone when it connected", null));
        }
      }
      case Attempt.Detoured detoured -> succeed(target, "connected_by_detour");
      case Attempt.Failed without -> {
        Attempt.Failed failed =
            refusal.map(why -> without.because("we refused it: " + why)).orElse(without);
        judgeAgain(target.id());
        if (failed.alreadyConnected()
            || peers.held(target.id()).isPresent()
            || arrivals.contains(target.id())) {
          awaitOtherConnection(target, failed);
        } else {
          fail(target, failed);
        }
      }
    }
  }

  /** Two connections at once: this one was turned down, the other one should be here soon. */
  private void awaitOtherConnection(DialTarget target, Attempt.Failed failed) {
    Runnable look =
        () -> {
          if (peers.peer(target.id()).isPresent()) {
            succeed(target, "met_halfway");
          } else {
            fail(target, failed);
          }
        };
    if (peers.peer(target.id()).isPresent()) {
      look.run();
    } else {
      loop.schedule(OTHER_CONNECTION, look);
    }
  }

  private void succeed(DialTarget target, String outcome) {
    reports.succeeded(target, outcome);
    scheduler.settled(target, new DialOutcome.Connected());
    peers.peer(target.id()).ifPresent(requests::complete);
  }

  private void fail(DialTarget target, Attempt.Failed how) {
    reports.failed(target, how.outcome(), how.why());
    scheduler.settled(target, new DialOutcome.Failed(how.setback(), how.why()));
    if (!running.containsKey(target.id())) {
      requests.fail(target.id(), "can't connect to " + target + ": " + how.why(), how.cause());
    }
  }

  private void judgeAgain(NodeId id) {
    if (network != null) {
      network.door().judgeAgain(id);
    }
  }

  // --- what the door asks

  @Override
  public boolean running(NodeId id) {
    return running.containsKey(id);
  }

  @Override
  public boolean privileged(NodeId id, boolean inbound) {
    if (scheduler.isStatic(id) || requests.contains(id)) {
      return true;
    }
    Attempt attempt = running.get(id);
    // An outbound connection that is no dial of ours is a stream a protocol asked us to adopt.
    return !inbound && (attempt == null || attempt.kind() != DialKind.DYNAMIC);
  }

  @Override
  public boolean wanted(NodeId id) {
    return scheduler.wanted(id);
  }

  @Override
  public int reserved(NodeId except) {
    return scheduler.reserved(except);
  }

  @Override
  public void changed() {
    scheduler.tick();
  }

  @Override
  public void notAdmitted(PublicKey remote, SocketAddress address, String why) {
    scheduler.refused(remote, why);
  }

  // --- what happens to peers

  @Override
  public void up(Session session) {
    requests.complete(session);
    scheduler.connected(session.id());
    judgeAgain(session.id());
    scouts.findRecord(session);
  }

  @Override
  public void down(Session session, RlpxConnection.Ending ending, Duration lasted, String why) {
    if (network != null) {
      boolean choice =
          ending.byRemote()
              && (ending.reason() == DisconnectReason.ALREADY_CONNECTED
                  || ending.reason() == DisconnectReason.NETWORK_ERROR);
      if (choice) {
        network.door().judgeAgain(session.id());
      } else {
        network.door().dismiss(session.id());
      }
    }
    Setback setback = Setback.of(Optional.of(ending.reason()));
    scheduler.lost(session.publicKey(), lasted, setback, why);
  }

  @Override
  public void freed(NodeId id) {
    scheduler.tick();
    judgeAgain(id);
  }
}
