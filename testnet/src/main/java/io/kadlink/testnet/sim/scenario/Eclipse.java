package io.kadlink.testnet.sim.scenario;

import io.kadlink.discovery.DiscoveryVersion;
import io.kadlink.discovery.table.Contact;
import io.kadlink.discovery.table.Table;
import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeKey;
import io.kadlink.testnet.sim.SimulatedNode;
import io.kadlink.testnet.sim.World;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Somebody with a /24 and 200 identities tries to be all that one node knows. Half of the
 * identities are mined to be nearer to the victim than honest nodes are. First they close in on a
 * victim with a full table; then the victim starts anew among them, knowing but one bootnode.
 */
final class Eclipse implements Scenario {
  static final int IDENTITIES = 200;

  /** Share of the victim's lookups that must find the nearest honest node. */
  static final double SUCCESS = 0.95;

  /** Share of what the victim's lookups should find of honest nodes. */
  static final double RECALL = 0.95;

  /** Share of other nodes that must still find the victim itself. */
  static final double FOUND = 0.95;

  private static final Duration ATTACK = Duration.ofMinutes(10);
  private static final int LOOKUPS = 60;
  private static final int ID_BITS = 256;

  @Override
  public int usualNodes() {
    return 500;
  }

  @Override
  public String description() {
    return "200 identities in one /24, half of them mined close to one victim, close in on it";
  }

  @Override
  public void play(Stage stage) {
    World world = stage.world();
    List<SimulatedNode> all = stage.settle();
    SimulatedNode bootnode = all.get(0);
    SimulatedNode victim = stage.pick(all, 1).get(0);
    List<SimulatedNode> honest = all.stream().filter(node -> node != victim).toList();
    Set<NodeId> honestIds = new HashSet<>();
    honest.forEach(node -> honestIds.add(node.id()));
    List<Contact> gang = attack(stage, victim, honest);
    stage.pass(stage.length(ATTACK));
    judge(stage, "under attack", victim, honestIds, gang);
    NodeKey key = victim.key();
    InetSocketAddress address = victim.address();
    world.leave(victim);
    SimulatedNode reborn = world.join(key, address, Optional.empty(), List.of(bootnode));
    stage.pass(stage.length(ATTACK));
    judge(stage, "started anew", reborn, honestIds, gang);
    double found = foundBy(stage, reborn, honest);
    stage.atLeast("honest nodes that find the victim", found, FOUND);
  }

  private static List<Contact> attack(
      Stage stage, SimulatedNode victim, List<SimulatedNode> honest) {
    World world = stage.world();
    // As many bits in common with the victim as its nearest honest neighbour is likely to have.
    int bits = log2(stage.nodes());
    List<NodeKey> keys = new ArrayList<>();
    long tried = 0;
    while (keys.size() < IDENTITIES / 2) {
      NodeKey key = world.newKey();
      tried++;
      if (victim.id().logDistance(key.id()) <= ID_BITS - bits) {
        keys.add(key);
      }
    }
    stage.figure("bits mined", bits);
    stage.figure("keys tried to mine " + keys.size(), (double) tried);
    while (keys.size() < IDENTITIES) {
      keys.add(world.newKey());
    }
    List<InetSocketAddress> addresses = world.newSubnet(IDENTITIES);
    List<Contact> gang = new ArrayList<>();
    List<Contact> others = honest.stream().map(SimulatedNode::contact).toList();
    List<Attacker> attackers = new ArrayList<>();
    for (int i = 0; i < IDENTITIES; i++) {
      attackers.add(new Attacker(world, keys.get(i), addresses.get(i), gang, others));
    }
    attackers.forEach(attacker -> gang.add(attacker.contact()));
    Contact target = victim.contact();
    attackers.forEach(attacker -> attacker.start(target));
    return gang;
  }

  private static void judge(
      Stage stage, String when, SimulatedNode victim, Set<NodeId> honest, List<Contact> gang) {
    World world = stage.world();
    for (DiscoveryVersion version : world.versions()) {
      Set<Integer> possible = new TreeSet<>();
      honest.forEach(id -> possible.add(bucket(victim.id(), id)));
      Set<Integer> kept = new TreeSet<>();
      int attackers = 0;
      for (Contact contact : victim.proven(version)) {
        if (honest.contains(contact.id())) {
          kept.add(bucket(victim.id(), contact.id()));
        } else {
          attackers++;
        }
      }
      String name = when + ", " + version + ": ";
      stage.figure(name + "proven attackers in the table", attackers);
      stage.figure(name + "proven honest nodes", victim.proven(version).size() - attackers);
      stage.check(
          name + "buckets with an honest node",
          kept.equals(possible),
          kept.size() + "",
          possible.size() + ", all that can have one");
      stage.check(
          name + "attackers in the table",
          attackers <= Table.MAX_PER_SUBNET,
          attackers + "",
          "at most " + Table.MAX_PER_SUBNET);
    }
    Survey survey =
        Survey.take(
            world,
            stage.lookups(LOOKUPS),
            List.of(victim),
            node -> honest.contains(node.id()),
            gang);
    stage.survey(when + ": victim's", survey);
    stage.atLeast(
        when + ": victim's lookups that find the nearest honest node", survey.succeeded(), SUCCESS);
    stage.atLeast(when + ": recall of honest nodes", survey.recall(), RECALL);
  }

  /** Share of a few honest nodes whose lookup of the victim's id finds it. */
  private static double foundBy(Stage stage, SimulatedNode victim, List<SimulatedNode> honest) {
    World world = stage.world();
    int[] found = new int[LOOKUPS];
    for (int i = 0; i < LOOKUPS; i++) {
      int lookup = i;
      SimulatedNode asker = honest.get(world.random().nextInt(honest.size()));
      asker.lookup(
          world.versions().get(i % world.versions().size()),
          victim.key().publicKey(),
          result -> {
            boolean there =
                result.closest().stream().anyMatch(node -> node.id().equals(victim.id()));
            found[lookup] = there ? 1 : 0;
          });
    }
    stage.pass(Survey.LONGEST);
    int sum = 0;
    for (int one : found) {
      sum += one;
    }
    return (double) sum / LOOKUPS;
  }

  private static int bucket(NodeId self, NodeId other) {
    return Math.max(0, self.logDistance(other) - (ID_BITS - Table.BUCKETS) - 1);
  }

  private static int log2(int value) {
    return Integer.SIZE - 1 - Integer.numberOfLeadingZeros(value);
  }
}
