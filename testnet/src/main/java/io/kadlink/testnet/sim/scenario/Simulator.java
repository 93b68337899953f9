package io.kadlink.testnet.sim.scenario;

import io.kadlink.discovery.DiscoveryVersion;
import io.kadlink.testnet.sim.Progress;
import io.kadlink.testnet.sim.World;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Runs scenarios by name. */
public final class Simulator {
  /** Fewer nodes make no network. */
  public static final int MIN_NODES = 20;

  private static final double NANOS_PER_SECOND = 1e9;

  private static final Map<String, Scenario> SCENARIOS = new LinkedHashMap<>();

  static {
    SCENARIOS.put("bootstrap", new Bootstrap());
    SCENARIOS.put("churn", new Churn());
    SCENARIOS.put("half-gone", new HalfGone());
    SCENARIOS.put("eclipse", new Eclipse());
    SCENARIOS.put("flood", new Flood());
    SCENARIOS.put("loss", new BadLinks());
    SCENARIOS.put("partition", new Partition());
    SCENARIOS.put("nat", new BehindNat());
    SCENARIOS.put("peers", new PeersJoin());
    SCENARIOS.put("peers-churn", new PeersChurn());
    SCENARIOS.put("peers-partition", new PeersPartition());
    SCENARIOS.put("peers-attack", new PeersAttack());
  }

  /**
   * How to run.
   *
   * @param nodes how many, when not as many as the scenario usually has
   * @param length of the scenario's main part, when not the usual
   * @param threads that share the work; changes nothing but the time it takes
   * @param eventLog where to write a line for every event
   */
  public record Options(
      OptionalInt nodes,
      long seed,
      Set<DiscoveryVersion> versions,
      Optional<Duration> length,
      int threads,
      @Nullable Writer eventLog) {}

  private Simulator() {}

  /** The scenarios there are. */
  public static List<String> names() {
    return List.copyOf(SCENARIOS.keySet());
  }

  /** What happens in a scenario. */
  public static String description(String name) {
    return scenario(name).description();
  }

  /**
   * Plays a scenario in a world of its own.
   *
   * @throws IllegalArgumentException when there is no such scenario
   */
  public static Outcome play(String name, Options options, Progress progress) {
    Scenario scenario = scenario(name);
    long start = System.nanoTime();
    long cpu = cpuNanos();
    int nodes = options.nodes().orElse(scenario.usualNodes());
    try (World world =
        new World(
            options.seed(), options.threads(), options.versions(), options.eventLog(), progress)) {
      Stage stage = new Stage(world, nodes, options.length());
      scenario.play(stage);
      return new Outcome(
          name,
          stage.checks().stream().allMatch(Check::ok),
          nodes,
          options.seed(),
          options.versions().stream().map(Enum::name).sorted().toList(),
          seconds(world.time().elapsed().toNanos()),
          seconds(System.nanoTime() - start),
          seconds(cpuNanos() - cpu),
          world.events(),
          stage.figures(),
          stage.checks(),
          world.eventLogHash());
    }
  }

  private static Scenario scenario(String name) {
    Scenario scenario = SCENARIOS.get(name);
    if (scenario == null) {
      throw new IllegalArgumentException("there is no scenario '" + name + "'");
    }
    return scenario;
  }

  private static double seconds(long nanos) {
    return Math.round(nanos / NANOS_PER_SECOND * 1000) / 1000.0;
  }

  private static long cpuNanos() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? system.getProcessCpuTime()
        : 0;
  }
}
