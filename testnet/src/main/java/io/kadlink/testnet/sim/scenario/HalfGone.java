package io.kadlink.testnet.sim.scenario;

import io.kadlink.testnet.sim.SimulatedNode;
import io.kadlink.testnet.sim.World;
import java.time.Duration;
import java.util.List;

/** Half of the nodes vanish at the same moment. */
final class HalfGone implements Scenario {
  /** Mean recall right after, when half of what every node knows is wrong. */
  static final double RECALL_AT_ONCE = 0.8;

  /** Mean recall ten minutes later, when every table entry was checked. */
  static final double RECALL_LATER = 0.99;

  private static final int LOOKUPS = 100;

  @Override
  public int usualNodes() {
    return 1_000;
  }

  @Override
  public String description() {
    return "Half of the nodes vanish at once";
  }

  @Override
  public void play(Stage stage) {
    World world = stage.world();
    List<SimulatedNode> all = stage.settle();
    stage.pick(all, stage.nodes() / 2).forEach(world::leave);
    Duration gone = world.time().elapsed();
    Survey atOnce = survey(stage, "right after");
    stage.passTo(gone.plus(Duration.ofMinutes(5)));
    survey(stage, "after 5 minutes");
    stage.passTo(gone.plus(Duration.ofMinutes(10)));
    Survey later = survey(stage, "after 10 minutes");
    stage.passTo(gone.plus(stage.length(Duration.ofMinutes(30))));
    Survey last = survey(stage, "at the end");
    stage.atLeast("recall right after", atOnce.recall(), RECALL_AT_ONCE);
    stage.atLeast("recall after 10 minutes", later.recall(), RECALL_LATER);
    stage.atLeast("recall at the end", last.recall(), RECALL_LATER);
  }

  private static Survey survey(Stage stage, String name) {
    Survey survey = stage.survey(LOOKUPS);
    stage.survey(name, survey);
    return survey;
  }
}
