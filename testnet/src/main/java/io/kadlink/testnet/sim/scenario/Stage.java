package io.kadlink.testnet.sim.scenario;

import io.kadlink.testnet.sim.SimulatedNode;
import io.kadlink.testnet.sim.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What a scenario plays on, and where it writes down what it saw. */
final class Stage {
  /** How long a network grows. */
  static final Duration GROWING = Duration.ofMinutes(1);

  /** From then until things happen: a few rounds of liveness checks. */
  static final Duration SETTLING = Duration.ofMinutes(2);

  private final World world;
  private final int nodes;
  private final Optional<Duration> length;
  private final Map<String, Object> figures = new LinkedHashMap<>();
  private final List<Check> checks = new ArrayList<>();

  Stage(World world, int nodes, Optional<Duration> length) {
    this.world = world;
    this.nodes = nodes;
    this.length = length;
  }

  World world() {
    return world;
  }

  /** How many nodes the network has. */
  int nodes() {
    return nodes;
  }

  /** How long the scenario's main part lasts. */
  Duration length(Duration usual) {
    return length.orElse(usual);
  }

  void pass(Duration duration) {
    world.time().pass(duration);
  }

  /** Notes a number. */
  void figure(String name, double value) {
    figures.put(name, Math.round(value * 1e4) / 1e4);
  }

  /** A share that must be at least so large. */
  void atLeast(String name, double value, double wanted) {
    checks.add(new Check(name, value >= wanted, percent(value), "at least " + percent(wanted)));
  }

  void check(String name, boolean ok, String value, String wanted) {
    checks.add(new Check(name, ok, value, wanted));
  }

  /** A time that must be no longer than that. */
  void within(String name, Optional<Duration> value, Duration longest) {
    checks.add(
        new Check(
            name,
            value.filter(duration -> duration.compareTo(longest) <= 0).isPresent(),
            value.map(Stage::minutes).orElse("never"),
            "at most " + minutes(longest)));
  }

  /** Notes what a survey found, under names that begin with {@code prefix}. */
  void survey(String prefix, Survey survey) {
    figure(prefix + " recall", survey.recall());
    figure(prefix + " worst recall", survey.worstRecall());
    figure(prefix + " lookups that found the nearest", survey.succeeded());
    figure(prefix + " lookups that found all 16", survey.perfect());
    figure(prefix + " queries", survey.meanQueries());
    figure(prefix + " time-outs", survey.meanTimeouts());
    figure(prefix + " hops", survey.meanHops());
    figure(prefix + " seconds", survey.meanSeconds());
  }

  /** One node from which {@code count - 1} others start, spread over {@code span}. */
  List<SimulatedNode> grow(int count, Duration span) {
    List<SimulatedNode> all = new ArrayList<>();
    SimulatedNode bootnode = world.join(List.of());
    all.add(bootnode);
    for (int i = 1; i < count; i++) {
      pass(span.dividedBy(count - 1));
      all.add(world.join(List.of(bootnode)));
    }
    return all;
  }

  /** Lookups of random nodes for what all live nodes know; fewer in a small network. */
  Survey survey(int lookups) {
    return Survey.take(world, lookups(lookups), world.live(), node -> true);
  }

  /** So many lookups, but no more than there are nodes. */
  int lookups(int wanted) {
    return Math.min(wanted, nodes);
  }

  /** A network that has come to rest: {@link #grow} and some time. */
  List<SimulatedNode> settle() {
    List<SimulatedNode> all = grow(nodes, GROWING);
    pass(SETTLING);
    return all;
  }

  /** Lets time pass up to a moment, unless that is past. */
  void passTo(Duration moment) {
    Duration wait = moment.minus(world.time().elapsed());
    if (wait.isPositive()) {
      pass(wait);
    }
  }

  /** {@code count} of the nodes, taken at random; never the first, from which others start. */
  List<SimulatedNode> pick(List<SimulatedNode> all, int count) {
    List<SimulatedNode> left = new ArrayList<>(all.subList(1, all.size()));
    List<SimulatedNode> picked = new ArrayList<>();
    while (picked.size() < count) {
      picked.add(left.remove(world.random().nextInt(left.size())));
    }
    return picked;
  }

  Map<String, Object> figures() {
    return figures;
  }

  List<Check> checks() {
    return checks;
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.2f %%", share * 100);
  }

  private static String minutes(Duration duration) {
    return String.format(Locale.ROOT, "%.2f min", duration.toMillis() / 60_000.0);
  }
}
