package io.kadlink.testnet.sim.scenario;

import io.kadlink.testnet.sim.World;
import java.time.Duration;
import java.util.Optional;

/** A network grows from one bootnode, until every lookup finds what it should. */
final class Bootstrap implements Scenario {
  /** Mean recall at which the network counts as converged. */
  static final double RECALL = 0.99;

  /** The time it may take after the last node started. */
  static final Duration LONGEST = Duration.ofMinutes(10);

  private static final Duration BETWEEN_SURVEYS = Duration.ofSeconds(10);
  private static final int LOOKUPS = 32;
  private static final int FINAL_LOOKUPS = 200;

  @Override
  public int usualNodes() {
    return 2_000;
  }

  @Override
  public String description() {
    return "All nodes start within a minute, knowing one bootnode";
  }

  @Override
  public void play(Stage stage) {
    World world = stage.world();
    stage.grow(stage.nodes(), Stage.GROWING);
    Duration grown = world.time().elapsed();
    Optional<Duration> converged = Optional.empty();
    Duration end = grown.plus(stage.length(LONGEST));
    Survey survey = stage.survey(LOOKUPS);
    stage.survey("at once", survey);
    while (survey.recall() < RECALL && world.time().elapsed().compareTo(end) < 0) {
      stage.pass(BETWEEN_SURVEYS);
      survey = stage.survey(LOOKUPS);
    }
    if (survey.recall() >= RECALL) {
      converged = Optional.of(world.time().elapsed().minus(grown));
    }
    stage.figure("minutes to convergence", world.time().elapsed().toMillis() / 60_000.0);
    Survey last = stage.survey(FINAL_LOOKUPS);
    stage.survey("converged", last);
    stage.figure(
        "proven nodes in a table",
        world.live().stream()
            .mapToInt(node -> node.proven(world.versions().get(0)).size())
            .average()
            .orElse(0));
    stage.within("recall is 99 % after the last node started", converged, LONGEST);
    stage.atLeast("recall of 200 lookups then", last.recall(), RECALL);
  }
}
