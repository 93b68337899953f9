package io.kadlink.testnet.sim.scenario;

import io.kadlink.identity.NodeId;
import io.kadlink.testnet.sim.SimulatedNode;
import io.kadlink.testnet.sim.World;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The network falls into two halves, which later can hear each other again. */
final class Partition implements Scenario {
  /** Mean recall of lookups within one half at the end of the split. */
  static final double RECALL_WITHIN = 0.95;

  /** Mean recall at which the network counts as one again. */
  static final double RECALL_MERGED = 0.99;

  /** Every node looks around at least each half hour, and knocks at its bootnodes then. */
  static final Duration LONGEST = Duration.ofMinutes(35);

  private static final Duration SPLIT = Duration.ofMinutes(10);
  private static final Duration BETWEEN_SURVEYS = Duration.ofMinutes(1);
  private static final int LOOKUPS = 50;

  @Override
  public int usualNodes() {
    return 400;
  }

  @Override
  public String description() {
    return "The network falls into two halves for ten minutes, and becomes one again";
  }

  @Override
  public void play(Stage stage) {
    World world = stage.world();
    List<SimulatedNode> all = stage.settle();
    Set<SimulatedNode> far = new HashSet<>(stage.pick(all, all.size() / 2));
    far.forEach(node -> node.socket().side(1));
    world.network().split();
    stage.pass(stage.length(SPLIT));
    Survey near =
        Survey.take(
            world,
            stage.lookups(LOOKUPS),
            all.stream().filter(node -> !far.contains(node)).toList(),
            node -> !far.contains(node));
    stage.survey("split, with the bootnode", near);
    Survey other =
        Survey.take(
            world,
            stage.lookups(LOOKUPS),
            all.stream().filter(far::contains).toList(),
            far::contains);
    stage.survey("split, without it", other);
    stage.figure("known of the other half", acrossShare(stage, far));
    world.network().heal();
    Duration healed = world.time().elapsed();
    Survey merged = Survey.take(world, stage.lookups(LOOKUPS), all, node -> true);
    stage.survey("right after", merged);
    while (merged.recall() < RECALL_MERGED
        && world.time().elapsed().minus(healed).compareTo(LONGEST) < 0) {
      stage.pass(BETWEEN_SURVEYS);
      merged = Survey.take(world, stage.lookups(LOOKUPS), all, node -> true);
    }
    stage.survey("merged", merged);
    Optional<Duration> took =
        merged.recall() < RECALL_MERGED
            ? Optional.empty()
            : Optional.of(world.time().elapsed().minus(healed));
    stage.atLeast("recall in the half with the bootnode", near.recall(), RECALL_WITHIN);
    stage.atLeast("recall in the half without", other.recall(), RECALL_WITHIN);
    stage.within("recall over both halves is 99 % again", took, LONGEST);
  }

  /** Of what nodes know, the share that is in the other half. */
  private static double acrossShare(Stage stage, Set<SimulatedNode> far) {
    World world = stage.world();
    Set<NodeId> farIds = new HashSet<>();
    far.forEach(node -> farIds.add(node.id()));
    double all = 0;
    double across = 0;
    for (SimulatedNode node : world.live()) {
      for (var contact : node.proven(world.versions().get(0))) {
        all++;
        if (farIds.contains(contact.id()) != far.contains(node)) {
          across++;
        }
      }
    }
    return across / all;
  }
}
