package io.kadlink.server.reputation;

import io.kadlink.identity.NodeId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The trust metric of every node that something was reported of, and what follows from it. The node
 * not reported of for longest is forgotten when there are more than {@link #MAX_NODES}; its ban, if
 * any, is kept elsewhere. Confined to the server's loop.
 */
public final class Reputation {
  /** Nodes remembered: some 200 bytes each, twenty times the peers of a large node. */
  public static final int MAX_NODES = 4096;

  /** Of what is kept about the latest bad act. */
  static final int MAX_DETAIL_CHARS = 200;

  private final ReputationOptions options;
  private final InstantSource clock;
  private final Predicate<NodeId> trusted;
  private final Map<NodeId, Remembered> nodes = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * One node's trust and what a person may want to know besides.
   *
   * @param reports how many there were
   * @param lastBad the latest bad act in words, or empty
   */
  record Remembered(Trust trust, long reports, String lastBad, Instant lastReport) {}

  /**
   * @param trusted who loses at most a bounded amount, and is never banned
   */
  public Reputation(ReputationOptions options, InstantSource clock, Predicate<NodeId> trusted) {
    this.options = options;
    this.clock = clock;
    this.trusted = trusted;
  }

  /**
   * Takes what a node did into account.
   *
   * @param detail what it was, for a person
   */
  public Verdict report(NodeId id, Behaviour behaviour, String detail) {
    Instant now = clock.instant();
    Remembered before = nodes.get(id);
    Trust trust = before == null ? new Trust(interval(now)) : before.trust();
    trust.report(behaviour, interval(now));
    String lastBad = before == null ? "" : before.lastBad();
    if (behaviour.bad() > 0) {
      String text = behaviour.name() + ": " + detail;
      lastBad = text.length() > MAX_DETAIL_CHARS ? text.substring(0, MAX_DETAIL_CHARS) : text;
    }
    put(id, new Remembered(trust, before == null ? 1 : before.reports() + 1, lastBad, now));
    return verdict(id, behaviour, detail, trust.score(interval(now)));
  }

  private Verdict verdict(NodeId id, Behaviour behaviour, String detail, int score) {
    if (trusted.test(id) || behaviour.bad() == 0) {
      return new Verdict.Keep();
    }
    if (behaviour.fatal()) {
      return options.fatalBan().isZero()
          ? new Verdict.Keep()
          : new Verdict.Ban(options.fatalBan(), "protocol breach: " + detail);
    }
    return score < options.banBelow() && !options.ban().isZero()
        ? new Verdict.Ban(
            options.ban(),
            "its score fell to " + score + ", under " + options.banBelow() + ": " + detail)
        : new Verdict.Keep();
  }

  private void put(NodeId id, Remembered remembered) {
    nodes.put(id, remembered);
    if (nodes.size() > MAX_NODES) {
      nodes.remove(nodes.keySet().iterator().next());
    }
  }

  /** 0 to 100; of a node never reported of, a stranger's. */
  public int score(NodeId id) {
    long now = interval(clock.instant());
    Remembered remembered = nodes.get(id);
    int score = (remembered == null ? new Trust(now) : remembered.trust()).score(now);
    return trusted.test(id) ? Math.max(score, options.trustedFloor()) : score;
  }

  public Optional<Standing> standing(NodeId id) {
    Remembered remembered = nodes.get(id);
    return remembered == null ? Optional.empty() : Optional.of(standing(id, remembered));
  }

  /** Of every node remembered, the lowest score first. */
  public List<Standing> standings() {
    List<Standing> standings = new ArrayList<>();
    for (Map.Entry<NodeId, Remembered> each : List.copyOf(nodes.entrySet())) {
      standings.add(standing(each.getKey(), each.getValue()));
    }
    standings.sort(Comparator.comparingInt(Standing::score));
    return standings;
  }

  private Standing standing(NodeId id, Remembered remembered) {
    return new Standing(
        id, score(id), remembered.reports(), remembered.lastBad(), remembered.lastReport());
  }

  /** Makes a stranger of a node; false when it was one. */
  public boolean forget(NodeId id) {
    return nodes.remove(id) != null;
  }

  /** All there is to keep over a restart, the longest unreported first. */
  Map<NodeId, Remembered> remembered() {
    return nodes;
  }

  /** What was kept. */
  void restore(Map<NodeId, Remembered> kept) {
    kept.forEach(this::put);
  }

  /** The number of the interval at {@code now}. */
  long interval(Instant now) {
    return Math.floorDiv(now.toEpochMilli(), options.interval().toMillis());
  }

  /** When an interval begins. */
  Instant start(long interval) {
    return Instant.ofEpochMilli(interval * options.interval().toMillis());
  }
}
