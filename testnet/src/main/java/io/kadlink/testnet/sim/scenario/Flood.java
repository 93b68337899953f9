package io.kadlink.testnet.sim.scenario;

import io.kadlink.discovery.DiscoveryVersion;
import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.table.Table;
import io.kadlink.discovery.table.TableRow;
import io.kadlink.testnet.sim.SimulatedNode;
import io.kadlink.testnet.sim.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** Three nodes get thousands of forged packets a second, from everywhere it seems. */
final class Flood implements Scenario {
  static final int TARGETS = 3;

  /** Forged packets to each target and second. */
  static final int PER_SECOND = 1_000;

  /** Share of honest discv4 pings that targets must answer meanwhile. */
  static final double ANSWERED_V4 = 0.98;

  /**
   * The same where discv5 is spoken. Every honest node has a packet forged in its name each second,
   * and a challenge that is open has to be repeated as it is: until it has expired, a node without
   * a session gets one that names a packet it never sent. Nodes with a session notice nothing.
   */
  static final double ANSWERED_V5 = 0.8;

  /** Mean recall of lookups by the targets, and of those by all. */
  static final double RECALL = 0.98;

  /** Bytes that a target may send for each forged byte that it gets. */
  static final double AMPLIFICATION = 1;

  /** 16 entries and 10 replacements in each bucket. */
  private static final int MAX_ROWS = Table.BUCKETS * 26;

  private static final Duration LENGTH = Duration.ofMinutes(1);
  private static final Duration BETWEEN_PINGS = Duration.ofSeconds(1);
  private static final int PINGS = 5;
  private static final int LOOKUPS = 30;

  @Override
  public int usualNodes() {
    return 300;
  }

  @Override
  public String description() {
    return "Three nodes get 1,000 forged packets a second each for a minute";
  }

  @Override
  public void play(Stage stage) {
    World world = stage.world();
    List<SimulatedNode> all = stage.settle();
    List<SimulatedNode> targets = stage.pick(all, TARGETS);
    List<SimulatedNode> honest = all.stream().filter(node -> !targets.contains(node)).toList();
    long sentBefore = sentBytes(targets);
    Forger forger = new Forger(world, targets, honest);
    forger.start(PER_SECOND);
    Duration end = world.time().elapsed().plus(stage.length(LENGTH));
    AtomicInteger answered = new AtomicInteger();
    int asked = 0;
    while (world.time().elapsed().compareTo(end) < 0) {
      for (SimulatedNode target : targets) {
        for (int i = 0; i < PINGS; i++) {
          asked++;
          Contact contact = target.contact();
          honest
              .get(world.random().nextInt(honest.size()))
              .ping(contact, answer -> count(answer, answered));
        }
      }
      stage.pass(BETWEEN_PINGS);
    }
    Survey fromTargets = Survey.take(world, stage.lookups(LOOKUPS), targets, node -> true);
    Survey fromAll = Survey.take(world, stage.lookups(LOOKUPS), honest, node -> true);
    forger.stop();
    stage.pass(BETWEEN_PINGS);
    double amplification =
        (double) (sentBytes(targets) - sentBefore) / Math.max(1, forger.bytesSent());
    int rows = 0;
    int strangers = 0;
    for (SimulatedNode target : targets) {
      for (DiscoveryVersion version : world.versions()) {
        List<TableRow> table = target.rows(version);
        rows = Math.max(rows, table.size());
        for (TableRow row : table) {
          strangers += world.isLive(row.contact().id()) ? 0 : 1;
        }
      }
    }
    stage.figure("forged packets", (double) forger.packetsSent());
    stage.figure("honest pings", asked);
    stage.survey("by the targets", fromTargets);
    stage.survey("by others", fromAll);
    for (DiscoveryVersion version : world.versions()) {
      for (String reason : reasons(version)) {
        String counter = "kadlink.discovery." + name(version) + ".dropped";
        stage.figure(
            "dropped on " + name(version) + ", " + reason,
            world.counted(counter, "reason", reason));
      }
    }
    stage.figure("bytes sent for each forged byte", amplification);
    stage.figure("rows of the fullest table", rows);
    stage.atLeast(
        "honest pings answered",
        (double) answered.get() / asked,
        world.versions().contains(DiscoveryVersion.V5) ? ANSWERED_V5 : ANSWERED_V4);
    stage.atLeast("recall of the targets' lookups", fromTargets.recall(), RECALL);
    stage.atLeast("recall of others' lookups", fromAll.recall(), RECALL);
    stage.check("rows in a table", rows <= MAX_ROWS, rows + "", "at most " + MAX_ROWS);
    stage.check("forged nodes in the tables", strangers == 0, strangers + "", "0");
    stage.check(
        "bytes sent for each forged byte",
        amplification <= AMPLIFICATION,
        amplification + "",
        "at most " + AMPLIFICATION);
  }

  /** Why forged packets are dropped, for the most part. */
  private static List<String> reasons(DiscoveryVersion version) {
    return switch (version) {
      case V4 ->
          List.of("bad_hash", "bad_signature", "rate_limited", "unsolicited", "busy", "unproven");
      case V5 ->
          List.of(
              "not_discv5",
              "bad_header",
              "unknown_flag",
              "rate_limited",
              "unsolicited",
              "too_many_challenges",
              "missing_record",
              "bad_record",
              "bad_signature");
    };
  }

  private static String name(DiscoveryVersion version) {
    return version.name().toLowerCase(Locale.ROOT);
  }

  private static void count(Optional<Duration> answer, AtomicInteger answered) {
    if (answer.isPresent()) {
      answered.incrementAndGet();
    }
  }

  private static long sentBytes(List<SimulatedNode> nodes) {
    List<Long> bytes = new ArrayList<>();
    nodes.forEach(node -> bytes.add(node.socket().sentBytes()));
    return bytes.stream().mapToLong(Long::longValue).sum();
  }
}
