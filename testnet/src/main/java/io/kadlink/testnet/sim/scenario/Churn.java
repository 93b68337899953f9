package io.kadlink.testnet.sim.scenario;

import io.kadlink.testnet.sim.SimulatedNode;
import io.kadlink.testnet.sim.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Nodes come and go all the time: as many fresh ones come as vanish. */
final class Churn implements Scenario {
  /** Share of the nodes that are replaced in an hour. */
  static final double PER_HOUR = 0.3;

  /** Mean share of the 16 nearest that a lookup finds all the while. */
  static final double RECALL = 0.98;

  /** Share of lookups that find the very nearest. */
  static final double SUCCESS = 0.98;

  private static final Duration LENGTH = Duration.ofMinutes(30);
  private static final Duration BETWEEN_SURVEYS = Duration.ofMinutes(5);
  private static final int LOOKUPS = 40;

  /** Nobody expects others to know of a node that came this lately. */
  private static final Duration NEW = Duration.ofMinutes(1);

  @Override
  public int usualNodes() {
    return 500;
  }

  @Override
  public String description() {
    return "30 % of the nodes are replaced by new ones each hour";
  }

  @Override
  public void play(Stage stage) {
    World world = stage.world();
    List<SimulatedNode> first = stage.settle();
    SimulatedNode bootnode = first.get(0);
    Duration start = world.time().elapsed();
    Duration end = start.plus(stage.length(LENGTH));
    double meanGap = Duration.ofHours(1).toNanos() / (PER_HOUR * stage.nodes());
    Duration nextSurvey = start.plus(BETWEEN_SURVEYS);
    Duration nextChange = after(start, meanGap, stage);
    List<Survey> surveys = new ArrayList<>();
    int replaced = 0;
    while (world.time().elapsed().compareTo(end) < 0) {
      if (nextSurvey.compareTo(nextChange) < 0) {
        stage.passTo(nextSurvey);
        surveys.add(survey(stage));
        nextSurvey = nextSurvey.plus(BETWEEN_SURVEYS);
      } else {
        stage.passTo(nextChange);
        world.leave(stage.pick(world.live(), 1).get(0));
        world.join(List.of(bootnode));
        replaced++;
        nextChange = after(nextChange, meanGap, stage);
      }
    }
    stage.figure("nodes replaced", replaced);
    Survey all = Survey.joined(surveys);
    stage.survey("under churn", all);
    long dead =
        world.live().stream()
            .flatMap(node -> node.proven(world.versions().get(0)).stream())
            .filter(contact -> !world.isLive(contact.id()))
            .count();
    double known =
        world.live().stream().mapToInt(node -> node.proven(world.versions().get(0)).size()).sum();
    stage.figure("dead share of the tables", dead / known);
    stage.atLeast("recall while nodes come and go", all.recall(), RECALL);
    stage.atLeast("lookups that find the nearest node", all.succeeded(), SUCCESS);
  }

  private static Survey survey(Stage stage) {
    World world = stage.world();
    Duration now = world.time().elapsed();
    Predicate<SimulatedNode> grown = node -> now.minus(node.joined()).compareTo(NEW) >= 0;
    return Survey.take(
        world, stage.lookups(LOOKUPS), world.live().stream().filter(grown).toList(), grown);
  }

  private static Duration after(Duration moment, double meanGapNanos, Stage stage) {
    return moment.plusNanos((long) (stage.world().random().nextExponential() * meanGapNanos));
  }
}
