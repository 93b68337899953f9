package io.kadlink.testnet.sim.scenario;

import io.kadlink.discovery.DiscoveryVersion;
import io.kadlink.discovery.lookup.LookupResult;
import io.kadlink.discovery.table.Closest;
import io.kadlink.discovery.table.Contact;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.PublicKey;
import io.kadlink.testnet.sim.SimulatedNode;
import io.kadlink.testnet.sim.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Lookups of random targets from random nodes, by each protocol in turn, compared with what they
 * should find: the {@value #WANTED} nodes nearest to the target.
 */
final class Survey {
  /** Kademlia's k. */
  static final int WANTED = 16;

  /** By then every lookup has ended: it asks at most 128 nodes, each for at most two seconds. */
  static final Duration LONGEST = Duration.ofMinutes(2);

  private final List<Trial> trials = new ArrayList<>();

  /** One lookup. */
  private static final class Trial {
    final SimulatedNode asker;
    final PublicKey target;
    final Duration started;
    @Nullable LookupResult result;
    Duration took = LONGEST;
    double recall;
    boolean nearestFound;

    Trial(SimulatedNode asker, PublicKey target, Duration started) {
      this.asker = asker;
      this.target = target;
      this.started = started;
    }

    /** Compares with the truth. Nobody knows of a node that is not findable. */
    void judge(Map<NodeId, Contact> findable, List<Contact> rivals) {
      Closest truth = new Closest(target.id(), WANTED);
      findable.values().stream()
          .filter(contact -> !contact.id().equals(asker.id()))
          .forEach(truth::offer);
      rivals.forEach(truth::offer);
      List<NodeId> wanted =
          truth.list().stream().map(Contact::id).filter(findable::containsKey).toList();
      Set<NodeId> found = new HashSet<>();
      if (result != null) {
        result.closest().forEach(contact -> found.add(contact.id()));
      }
      nearestFound = wanted.isEmpty() || found.contains(wanted.get(0));
      recall =
          wanted.isEmpty()
              ? 1
              : (double) wanted.stream().filter(found::contains).count() / wanted.size();
    }
  }

  private Survey() {}

  /**
   * Lets time pass until all lookups have ended.
   *
   * @param askers who may ask
   * @param findable which nodes, of those that are alive before and after, should be found
   */
  static Survey take(
      World world, int lookups, List<SimulatedNode> askers, Predicate<SimulatedNode> findable) {
    return take(world, lookups, askers, findable, List.of());
  }

  /**
   * Lets time pass until all lookups have ended.
   *
   * @param rivals others that may well be among the nearest; it does not matter whether they are
   *     found
   */
  static Survey take(
      World world,
      int lookups,
      List<SimulatedNode> askers,
      Predicate<SimulatedNode> findable,
      List<Contact> rivals) {
    Survey survey = new Survey();
    List<SimulatedNode> before = world.live().stream().filter(findable).toList();
    AtomicInteger ended = new AtomicInteger();
    for (int i = 0; i < lookups; i++) {
      SimulatedNode asker = askers.get(world.random().nextInt(askers.size()));
      Trial trial = new Trial(asker, world.newKey().publicKey(), world.time().elapsed());
      survey.trials.add(trial);
      DiscoveryVersion version = world.versions().get(i % world.versions().size());
      asker.lookup(
          version,
          trial.target,
          result -> {
            trial.result = result;
            trial.took = Duration.ofNanos(asker.nanoTime()).minus(trial.started);
            ended.incrementAndGet();
          });
    }
    world.time().passUntil(() -> ended.get() == lookups, LONGEST);
    Map<NodeId, Contact> truth = new LinkedHashMap<>();
    before.stream()
        .filter(SimulatedNode::isLive)
        .forEach(node -> truth.put(node.id(), node.contact()));
    survey.trials.forEach(trial -> trial.judge(truth, rivals));
    return survey;
  }

  /** Several surveys as one. */
  static Survey joined(List<Survey> surveys) {
    Survey all = new Survey();
    surveys.forEach(survey -> all.trials.addAll(survey.trials));
    return all;
  }

  /** Mean share of the nearest nodes that lookups found. */
  double recall() {
    return mean(trial -> trial.recall);
  }

  /** The least share that any lookup found. */
  double worstRecall() {
    return trials.stream().mapToDouble(trial -> trial.recall).min().orElse(0);
  }

  /** Share of lookups that found the very nearest node. */
  double succeeded() {
    return mean(trial -> trial.nearestFound ? 1 : 0);
  }

  /** Share of lookups that found all of the nearest nodes. */
  double perfect() {
    return mean(trial -> trial.recall == 1 ? 1 : 0);
  }

  double meanQueries() {
    return mean(trial -> trial.result == null ? 0 : trial.result.queries());
  }

  double meanTimeouts() {
    return mean(trial -> trial.result == null ? 0 : trial.result.timeouts());
  }

  double meanHops() {
    return mean(trial -> trial.result == null ? 0 : trial.result.hops());
  }

  double meanSeconds() {
    return mean(trial -> trial.took.toNanos() / 1e9);
  }

  private double mean(ToDoubleFunction<Trial> figure) {
    return trials.stream().mapToDouble(figure).average().orElse(0);
  }
}
