package io.kadlink.testnet.sim.scenario;

import io.kadlink.discovery.table.Contact;
import io.kadlink.testnet.sim.Nat;
import io.kadlink.testnet.sim.SimulatedNode;
import io.kadlink.testnet.sim.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** A good part of the nodes sits behind NATs that let nobody in who was not asked. */
final class BehindNat implements Scenario {
  /** Share of the nodes behind a NAT, half of those behind the stricter kind. */
  static final double SHARE = 0.3;

  /** Mean share of the open nodes among the 16 nearest that lookups find. */
  static final double RECALL = 0.98;

  private static final Duration LENGTH = Duration.ofMinutes(10);
  private static final int LOOKUPS = 100;
  private static final int IN_TEN = 10;

  @Override
  public int usualNodes() {
    return 500;
  }

  @Override
  public String description() {
    return "30 % of the nodes are behind NATs with address- or port-dependent filtering";
  }

  @Override
  public void play(Stage stage) {
    World world = stage.world();
    List<SimulatedNode> all = new ArrayList<>();
    all.add(world.join(List.of()));
    for (int i = 1; i < stage.nodes(); i++) {
      stage.pass(Stage.GROWING.dividedBy(stage.nodes()));
      all.add(world.join(world.newKey(), world.newAddress(), nat(i), List.of(all.get(0))));
    }
    stage.pass(stage.length(LENGTH));
    Predicate<SimulatedNode> open = node -> !node.isFiltered();
    List<SimulatedNode> filtered = all.stream().filter(SimulatedNode::isFiltered).toList();
    Survey fromOpen =
        Survey.take(
            world,
            stage.lookups(LOOKUPS),
            all.stream().filter(open).toList(),
            open,
            contacts(filtered));
    stage.survey("from open nodes", fromOpen);
    Survey fromFiltered =
        Survey.take(world, stage.lookups(LOOKUPS), filtered, open, contacts(filtered));
    stage.survey("from behind NATs", fromFiltered);
    long known =
        all.stream()
            .flatMap(node -> node.proven(world.versions().get(0)).stream())
            .filter(contact -> filtered.stream().anyMatch(n -> n.id().equals(contact.id())))
            .count();
    long proven = all.stream().mapToLong(node -> node.proven(world.versions().get(0)).size()).sum();
    stage.figure("nodes behind NATs", (double) filtered.size() / all.size());
    stage.figure("their share of the tables", (double) known / proven);
    stage.atLeast("recall of open nodes from open nodes", fromOpen.recall(), RECALL);
    stage.atLeast("recall of open nodes from behind NATs", fromFiltered.recall(), RECALL);
  }

  private static Optional<Nat> nat(int number) {
    int place = number % IN_TEN;
    if (place >= SHARE * IN_TEN) {
      return Optional.empty();
    }
    boolean strict = number / IN_TEN % 2 == 0;
    return Optional.of(new Nat(strict ? Nat.Filtering.ADDRESS_AND_PORT : Nat.Filtering.ADDRESS));
  }

  private static List<Contact> contacts(List<SimulatedNode> nodes) {
    return nodes.stream().map(SimulatedNode::contact).toList();
  }
}
