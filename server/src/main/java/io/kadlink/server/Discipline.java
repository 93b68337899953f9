package io.kadlink.server;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.loop.SteadyClock;
import io.kadlink.identity.NodeId;
import io.kadlink.rlpx.RlpxConnection;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.server.admission.AccessJson;
import io.kadlink.server.admission.AccessLists;
import io.kadlink.server.admission.Denial;
import io.kadlink.server.admission.Subject;
import io.kadlink.server.reputation.Behaviour;
import io.kadlink.server.reputation.Reputation;
import io.kadlink.server.reputation.ReputationJson;
import io.kadlink.server.reputation.Standing;
import io.kadlink.server.reputation.Verdict;
import io.kadlink.server.store.StateFile;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of a node for what it did, and for what a person decides: reports go into its
 * reputation, bans and denials onto the deny list, and whoever is on that loses its session. Both
 * are kept in files over restarts. Confined to the server's loop.
 */
final class Discipline implements PeerSet.Observer {
  private static final Logger LOG = LoggerFactory.getLogger(Discipline.class);

  static final String ACCESS_FILE = "access.json";
  static final String REPUTATION_FILE = "reputation.json";

  /** Reports come often and one lost to a crash matters little; bans are written at once. */
  private static final Duration SAVE_REPUTATION = Duration.ofSeconds(30);

  private static final CompletionStage<@Nullable Void> NOTHING_TO_SAVE =
      CompletableFuture.completedStage(null);

  private final Loop loop;
  private final SteadyClock clock;
  private final Reputation reputation;
  private final AccessLists access;
  private final PeerSet peers;
  private final ServerMetrics metrics;
  private final Events events;
  private final Optional<Files> files;
  private boolean unsaved;

  /** Where it is kept. */
  record Files(StateFile access, StateFile reputation) {
    static Files in(Path folder) {
      return new Files(
          new StateFile(folder.resolve(ACCESS_FILE), Thread::startVirtualThread),
          new StateFile(folder.resolve(REPUTATION_FILE), Thread::startVirtualThread));
    }

    List<StateFile> all() {
      return List.of(access, reputation);
    }
  }

  Discipline(
      Loop loop,
      SteadyClock clock,
      Reputation reputation,
      AccessLists access,
      PeerSet peers,
      ServerMetrics metrics,
      Events events,
      Optional<Files> files) {
    this.loop = loop;
    this.clock = clock;
    this.reputation = reputation;
    this.access = access;
    this.peers = peers;
    this.metrics = metrics;
    this.events = events;
    this.files = files;
    metrics.watchDenied(() -> access.denials().size());
    files.ifPresent(each -> each.all().forEach(metrics::watchFile));
  }

  /** Reads what an earlier run kept; before there are peers. Waits for the disk. */
  static void restore(Files files, AccessLists access, Reputation reputation, SteadyClock clock) {
    files.access().read(json -> AccessJson.read(json, access, clock), clock.instant());
    files.reputation().read(json -> ReputationJson.read(json, reputation, clock), clock.instant());
  }

  void start() {
    loop.assertInLoop();
    loop.repeat(
        SAVE_REPUTATION,
        () -> {
          var unused = saveReputation();
          files.ifPresent(each -> each.all().forEach(StateFile::retry));
        });
  }

  /**
   * Writes what is not yet written, and waits for it; off the loop, when nothing changes any more.
   */
  void close() {
    var unused = saveReputation();
    files.ifPresent(each -> each.all().forEach(StateFile::close));
  }

  /** A peer did something; {@code detail} is for a person. */
  void report(NodeId id, Behaviour behaviour, String detail) {
    loop.assertInLoop();
    metrics.reported(behaviour);
    unsaved = true;
    if (reputation.report(id, behaviour, detail) instanceof Verdict.Ban ban) {
      ban(id, ban);
    }
  }

  @Override
  public void reported(Session session, Behaviour behaviour, String detail) {
    report(session.id(), behaviour, detail);
  }

  /** How we ended a session says something, too; not when it was for a ban. */
  @Override
  public void down(Session session, RlpxConnection.Ending ending, Duration lasted, String why) {
    if (ending.byRemote() || barred(session.id())) {
      return;
    }
    switch (ending.reason()) {
      case PROTOCOL_BREACH -> report(session.id(), Behaviour.PROTOCOL_BREACH, why);
      case TIMEOUT -> report(session.id(), Behaviour.PING_TIMEOUT, why);
      case USELESS_PEER -> report(session.id(), Behaviour.USELESS_PEER, why);
      default -> {}
    }
  }

  private boolean barred(NodeId id) {
    return access.judge(Optional.of(id), Optional.empty(), true).isPresent();
  }

  private void ban(NodeId id, Verdict.Ban ban) {
    Subject subject = new Subject.Node(id);
    boolean known = barred(id);
    access.deny(subject, Optional.of(ban.duration()), ban.why(), Denial.Origin.REPUTATION);
    var unused = saveAccess();
    if (!known) {
      metrics.banned();
      LOG.info("banned id={} for={}s: {}", id.shortForm(), ban.duration().toSeconds(), ban.why());
      events.tell(new ServerEvent.Banned(id, ban.duration(), ban.why()));
    }
    peers.peer(id).ifPresent(peer -> peer.end(DisconnectReason.USELESS_PEER, ban.why()));
  }

  /**
   * Keeps a subject out, and ends the sessions it means; false when the list is full. Like all
   * changes that a person makes it is in force at once, and answered when it is on disk.
   */
  CompletionStage<Boolean> deny(Subject subject, Optional<Duration> lasts, String why) {
    loop.assertInLoop();
    boolean added = access.deny(subject, lasts, why, Denial.Origin.OPERATOR);
    if (!added) {
      return CompletableFuture.completedStage(false);
    }
    LOG.info("denied {}{}: {}", subject, lasts.map(d -> " for " + d).orElse(""), why);
    endBarred();
    return saveAccess().thenApply(saved -> true);
  }

  /** Ends the sessions that would not be admitted now. */
  private void endBarred() {
    for (Session session : peers.sessions()) {
      access
          .judge(Optional.of(session.id()), socket(session.remoteAddress()), true)
          .ifPresent(refusal -> session.end(refusal.reason(), refusal.why()));
    }
  }

  /** Takes a subject off the deny list; a banned node begins anew. */
  CompletionStage<Boolean> lift(Subject subject) {
    loop.assertInLoop();
    boolean lifted = access.lift(subject);
    if (subject instanceof Subject.Node node) {
      unsaved |= reputation.forget(node.id());
    }
    if (lifted) {
      LOG.info("{} may come again", subject);
    }
    return saveReputation()
        .thenCombine(lifted ? saveAccess() : NOTHING_TO_SAVE, (one, other) -> lifted);
  }

  /** A node that is trusted from now on: no ban of ours keeps it out. */
  void pardon(NodeId id) {
    loop.assertInLoop();
    Subject subject = new Subject.Node(id);
    access
        .denial(subject)
        .filter(denial -> denial.origin() == Denial.Origin.REPUTATION)
        .ifPresent(
            ban -> {
              var unused = lift(subject);
            });
  }

  CompletionStage<Boolean> allow(Subject subject) {
    loop.assertInLoop();
    boolean added = access.allow(subject, Denial.Origin.OPERATOR);
    return saveAccess().thenApply(saved -> added);
  }

  CompletionStage<Boolean> disallow(Subject subject) {
    loop.assertInLoop();
    boolean there = access.disallow(subject);
    return saveAccess().thenApply(saved -> there);
  }

  List<Standing> standings() {
    loop.assertInLoop();
    return reputation.standings();
  }

  List<Standing> standings(Collection<NodeId> ids) {
    loop.assertInLoop();
    return ids.stream().flatMap(id -> reputation.standing(id).stream()).toList();
  }

  Optional<Standing> standing(NodeId id) {
    loop.assertInLoop();
    return reputation.standing(id);
  }

  int score(NodeId id) {
    loop.assertInLoop();
    return reputation.score(id);
  }

  /** Where a connection comes from, when it is not carried by a relay. */
  static Optional<InetSocketAddress> socket(SocketAddress address) {
    return address instanceof InetSocketAddress inet && !inet.isUnresolved()
        ? Optional.of(inet)
        : Optional.empty();
  }

  /**
   * Written out by the writer, from lists that are values: while many are banned, the loop has
   * other things to do.
   */
  private CompletionStage<@Nullable Void> saveAccess() {
    return files
        .map(each -> each.access().save(() -> AccessJson.write(access, clock)))
        .orElse(NOTHING_TO_SAVE);
  }

  private CompletionStage<@Nullable Void> saveReputation() {
    if (!unsaved) {
      return NOTHING_TO_SAVE;
    }
    unsaved = false;
    return files
        .map(each -> each.reputation().save(ReputationJson.writer(reputation, clock)))
        .orElse(NOTHING_TO_SAVE);
  }
}
