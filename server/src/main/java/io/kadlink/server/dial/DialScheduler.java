package io.kadlink.server.dial;

import com.google.common.collect.Comparators;
import io.kadlink.discovery.Node;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Whom to dial, and when. Static nodes come first, whatever the limits, and are redialed when lost:
 * at once, then at growing intervals. Nodes found by discovery fill the free dial slots; it is
 * asked for more only while there are any. Each node that is not dialed, or was in vain, gets a
 * reason.
 *
 * <p>A node that was dialed, refused us, or was lost is left alone for a while, as long as its
 * {@link Setback} says. Static nodes are not: they have their own intervals.
 *
 * <p>Confined to one loop, {@link Outside}'s. It has no timers and no I/O: each call looks at what
 * is due, acts through {@code Outside}, and says when it wants to be woken.
 */
public final class DialScheduler {
  /** A static session that ended sooner than this failed: no redial at once. */
  static final Duration STABLE = Duration.ofSeconds(10);

  /** Nodes taken from discovery at a time. */
  static final int MAX_PULL = 16;

  private final Outside outside;
  private final DialOptions options;
  private final int slots;
  private final RandomGenerator random;

  private final Map<NodeId, StaticNode> statics = new LinkedHashMap<>();
  private final Map<NodeId, DialTarget> trusted = new LinkedHashMap<>();
  private final Map<NodeId, DialKind> pending = new HashMap<>();
  private final DialHistory history = new DialHistory();
  private final Deque<DialTarget> candidates = new ArrayDeque<>();
  private final Deferrals deferred = new Deferrals();
  private final DialReasons reasons = new DialReasons();
  private boolean pulling;
  private Instant nextPull = Instant.MIN;
  private Duration pullPause;
  private boolean running;

  /**
   * @param slots how many peers may be dialed from what discovery finds; 0: discovery is not asked
   */
  public DialScheduler(Outside outside, DialOptions options, int slots, RandomGenerator random) {
    this.outside = outside;
    this.options = options;
    this.slots = slots;
    this.random = random;
    this.pullPause = options.shortestPull();
  }

  /** From here on there is a network. */
  public void start() {
    outside.assertInLoop();
    running = true;
    tick();
  }

  /** From now on stays connected with this node. */
  public void addStatic(DialTarget target) {
    outside.assertInLoop();
    statics.put(target.id(), new StaticNode(target, outside.now(), options));
    tick();
  }

  public void removeStatic(NodeId id) {
    outside.assertInLoop();
    statics.remove(id);
  }

  /** From now on tries this node when it is no peer, as often as its setbacks allow. */
  public void addTrusted(DialTarget target) {
    outside.assertInLoop();
    trusted.put(target.id(), target);
    tick();
  }

  public void removeTrusted(NodeId id) {
    outside.assertInLoop();
    trusted.remove(id);
  }

  public boolean isStatic(NodeId id) {
    return statics.containsKey(id);
  }

  /** The nodes to stay connected with. */
  public Set<NodeId> staticNodes() {
    outside.assertInLoop();
    return Set.copyOf(statics.keySet());
  }

  /** Discovery's answer to {@link Outside#pull}. */
  public void found(List<Node> nodes) {
    outside.assertInLoop();
    pulling = false;
    boolean fresh = false;
    for (Node node : nodes) {
      DialTarget target = DialTarget.of(node);
      Optional<String> obstacle = obstacle(target).or(() -> outside.objection(node));
      if (obstacle.isPresent()) {
        note(target, obstacle.get());
      } else if (inHistory(target.id())) {
        deferred.add(target, history.until(target.id()));
      } else if (target.tcpPort() == 0 && !outside.detourOffered(node)) {
        note(target, "it announces neither a TCP port nor, so far, a way around that we can use");
        deferred.add(target, outside.now().plus(options.recordAgain()));
      } else {
        candidates.add(target);
        fresh = true;
      }
    }
    pullPause =
        fresh
            ? options.shortestPull()
            : Comparators.min(pullPause.multipliedBy(2), options.longestPull());
    nextPull = outside.now().plus(pullPause);
    tick();
  }

  /** How a dial ended. Dials that the scheduler did not ask for may be told, too. */
  public void settled(DialTarget target, DialOutcome outcome) {
    outside.assertInLoop();
    pending.remove(target.id());
    switch (outcome) {
      case DialOutcome.Connected connected -> reasons.remove(target.id());
      case DialOutcome.Failed failed -> {
        reasons.put(target.publicKey(), failed.why(), outside.now());
        history.suffered(target.id(), failed.setback(), outside.now());
        StaticNode known = statics.get(target.id());
        if (known != null) {
          boolean reached = failed.setback() != Setback.UNREACHABLE;
          known.failed(reached, outside.now(), options, random);
        }
      }
    }
    tick();
  }

  /** There is a session with this node, whoever dialed. */
  public void connected(NodeId id) {
    outside.assertInLoop();
    reasons.remove(id);
    tick();
  }

  /**
   * A session ended.
   *
   * @param lasted how long it was up
   * @param setback what it ended for
   * @param why for the table of reasons
   */
  public void lost(PublicKey node, Duration lasted, Setback setback, String why) {
    outside.assertInLoop();
    reasons.put(node, why, outside.now());
    boolean stable = lasted.compareTo(STABLE) >= 0;
    if (stable) {
      history.stayed(node.id());
    }
    history.suffered(node.id(), setback, outside.now());
    StaticNode known = statics.get(node.id());
    if (known != null) {
      if (stable) {
        known.lost(outside.now(), options);
      } else {
        known.failed(true, outside.now(), options, random);
      }
    }
    tick();
  }

  /** Discovery's answer to {@link Outside#resolve}; empty when it does not find the node. */
  public void resolved(NodeId id, Optional<Node> found) {
    outside.assertInLoop();
    StaticNode known = statics.get(id);
    if (known != null) {
      known.resolved(found.map(DialTarget::of), outside.now(), options);
      if (found.isEmpty() && !known.target().placed()) {
        note(known.target(), "nobody knows where it is: discovery does not find it");
      }
      tick();
    }
  }

  /** Why a connection that this node opened did not become a session. */
  public void refused(PublicKey node, String why) {
    outside.assertInLoop();
    if (outside.occupied(node.id()).isEmpty()) {
      reasons.put(node, why, outside.now());
    }
  }

  /** How many dials in flight will take a slot, one to {@code except} not counted. */
  public int reserved(NodeId except) {
    return (int)
        pending.entrySet().stream()
            .filter(dial -> dial.getValue() == DialKind.DYNAMIC && !dial.getKey().equals(except))
            .count();
  }

  /** Whether this node was dialed lately, or is being dialed. */
  public boolean wanted(NodeId id) {
    return pending.containsKey(id) || inHistory(id);
  }

  /** A copy of the table of reasons. */
  public Map<NodeId, DialReason> reasons() {
    outside.assertInLoop();
    return reasons.with(history, outside.now());
  }

  public void stop() {
    outside.assertInLoop();
    running = false;
    candidates.clear();
    deferred.clear();
  }

  /** Dials whatever is due. */
  public void tick() {
    outside.assertInLoop();
    if (!running) {
      return;
    }
    Instant now = outside.now();
    candidates.addAll(deferred.due(now));
    dialStatics(now);
    dialTrusted(now);
    dialCandidates();
    pull(now);
    wake(now);
  }

  private void dialStatics(Instant now) {
    for (StaticNode node : List.copyOf(statics.values())) {
      if (!node.resolveDue().isAfter(now) && outside.occupied(node.target().id()).isEmpty()) {
        node.resolving();
        outside.resolve(node.target());
      }
    }
    for (StaticNode node : List.copyOf(statics.values())) {
      if (pending.size() >= options.maxPending()) {
        return;
      }
      DialTarget target = node.target();
      if (node.due().isAfter(now)
          || pending.containsKey(target.id())
          || outside.occupied(target.id()).isPresent()) {
        continue;
      }
      Optional<String> barred = outside.barred(target, true);
      if (barred.isPresent()) {
        note(target, barred.get());
        node.failed(true, now, options, random);
      } else {
        start(target, DialKind.STATIC, now);
      }
    }
  }

  private void dialTrusted(Instant now) {
    for (DialTarget target : List.copyOf(trusted.values())) {
      if (pending.size() >= options.maxPending()) {
        return;
      }
      if (!inHistory(target.id())
          && !statics.containsKey(target.id())
          && !pending.containsKey(target.id())
          && outside.occupied(target.id()).isEmpty()
          && outside.barred(target, true).isEmpty()) {
        start(target, DialKind.TRUSTED, now);
      }
    }
  }

  private void dialCandidates() {
    while (!candidates.isEmpty() && freeSlots() > 0 && pending.size() < options.maxPending()) {
      DialTarget target = candidates.remove();
      Optional<String> obstacle = obstacle(target);
      if (obstacle.isPresent()) {
        note(target, obstacle.get());
      } else if (!inHistory(target.id())) {
        start(target, DialKind.DYNAMIC, outside.now());
      }
    }
    if (freeSlots() <= 0) {
      for (DialTarget target : candidates) {
        reasons.putIfAbsent(
            target.publicKey(),
            "all " + slots + " slots for dialed peers are taken",
            outside.now());
      }
    }
  }

  private void start(DialTarget target, DialKind kind, Instant now) {
    pending.put(target.id(), kind);
    history.dialed(target.id(), now, options.history());
    outside.dial(target, kind);
  }

  private void pull(Instant now) {
    if (!pulling && candidates.isEmpty() && freeSlots() > 0 && !nextPull.isAfter(now)) {
      pulling = true;
      outside.pull(MAX_PULL);
    }
  }

  private void wake(Instant now) {
    Instant next = Instant.MAX;
    for (StaticNode node : statics.values()) {
      for (Instant due : List.of(node.due(), node.resolveDue())) {
        if (due.isAfter(now) && due.isBefore(next)) {
          next = due;
        }
      }
    }
    for (NodeId id : trusted.keySet()) {
      Instant due = history.until(id);
      if (due.isAfter(now) && due.isBefore(next)) {
        next = due;
      }
    }
    if (!pulling && freeSlots() > 0 && nextPull.isAfter(now) && nextPull.isBefore(next)) {
      next = nextPull;
    }
    next = Comparators.min(next, deferred.next());
    if (next.isBefore(Instant.MAX)) {
      outside.wakeAfter(Duration.between(now, next));
    }
  }

  /** Why this node can't be dialed, other than that it was dialed lately. */
  private Optional<String> obstacle(DialTarget target) {
    Optional<String> occupied = outside.occupied(target.id());
    if (occupied.isPresent()) {
      return occupied;
    }
    if (pending.containsKey(target.id())) {
      return Optional.of("it is being dialed");
    }
    Optional<String> barred = outside.barred(target, false);
    if (barred.isPresent()) {
      return barred;
    }
    if (target.tcpPort() == 0 && !outside.detourPossible()) {
      return Optional.of("it announces no TCP port, and we know no way around");
    }
    return Optional.empty();
  }

  private void note(DialTarget target, String why) {
    if (outside.occupied(target.id()).isEmpty()) {
      reasons.put(target.publicKey(), why, outside.now());
    }
  }

  private int dynamicPending() {
    return (int) pending.values().stream().filter(kind -> kind == DialKind.DYNAMIC).count();
  }

  private int freeSlots() {
    return slots - outside.dialedPeers() - dynamicPending();
  }

  private boolean inHistory(NodeId id) {
    return history.until(id).isAfter(outside.now());
  }
}
