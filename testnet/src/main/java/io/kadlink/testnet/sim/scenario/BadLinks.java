package io.kadlink.testnet.sim.scenario;

import io.kadlink.testnet.sim.Faults;
import io.kadlink.testnet.sim.World;
import java.time.Duration;

/** A network grows and lives on links that lose, double and reorder datagrams. */
final class BadLinks implements Scenario {
  static final Faults FAULTS = new Faults(0.15, 0.05, 0.1);

  /** Mean recall on such links. */
  static final double RECALL = 0.85;

  /** Share of lookups that find the very nearest. */
  static final double SUCCESS = 0.8;

  private static final Duration LENGTH = Duration.ofMinutes(10);
  private static final int LOOKUPS = 100;

  @Override
  public int usualNodes() {
    return 500;
  }

  @Override
  public String description() {
    return "15 % of all datagrams are lost, 5 % come twice, 10 % are overtaken";
  }

  @Override
  public void play(Stage stage) {
    World world = stage.world();
    world.network().setFaults(FAULTS);
    stage.grow(stage.nodes(), Stage.GROWING);
    Survey atOnce = stage.survey(LOOKUPS);
    stage.survey("at once", atOnce);
    stage.pass(stage.length(LENGTH));
    Survey later = stage.survey(LOOKUPS);
    stage.survey("later", later);
    stage.atLeast("recall", later.recall(), RECALL);
    stage.atLeast("lookups that find the nearest node", later.succeeded(), SUCCESS);
  }
}
