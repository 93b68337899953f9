package io.kadlink.testnet.sim.scenario;

import io.kadlink.identity.NodeId;
import io.kadlink.identity.NodeKey;
import io.kadlink.server.Peer;
import io.kadlink.testnet.sim.SimulatedServer;
import io.kadlink.testnet.sim.VirtualLoop;
import io.kadlink.testnet.sim.World;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An attacker with a few networks of addresses takes every slot for incoming peers that some
 * servers, among them the bootnode, have to give, under ever new identities.
 */
final class PeersAttack implements Scenario {
  private static final int VICTIMS = 5;
  private static final int NEWCOMERS = 10;
  private static final int SUBNETS = 6;
  private static final int ADDRESSES = 10;

  /** As the servers' limits have it: sessions with one /24. */
  private static final int PER_SUBNET = 10;

  private static final Duration SETTLING = Duration.ofMinutes(2);
  private static final Duration LENGTH = Duration.ofMinutes(5);
  private static final Duration LOOK = Duration.ofSeconds(30);
  private static final Duration SOON = Duration.ofMinutes(2);

  @Override
  public int usualNodes() {
    return 500;
  }

  @Override
  public String description() {
    return "60 addresses of six networks take every incoming slot of five servers";
  }

  @Override
  public void play(Stage stage) {
    World world = stage.world();
    ServerStage servers = new ServerStage(stage, builder -> builder);
    List<SimulatedServer> all = servers.grow();
    stage.pass(SETTLING);
    // the first has many peers already, those that came last have few
    List<SimulatedServer> victims =
        new ArrayList<>(all.subList(all.size() - VICTIMS + 1, all.size()));
    victims.add(all.get(0));
    Map<NodeId, Set<NodeId>> before = honestPeers(victims, all);
    attack(world, victims);
    Duration end = world.time().elapsed().plus(stage.length(LENGTH));
    double dialed = 1;
    int mostOfSubnet = 0;
    while (world.time().elapsed().compareTo(end) < 0) {
      stage.pass(LOOK);
      dialed = Math.min(dialed, new PeerGraph(victims).content(ServerStage.DIALED));
      for (SimulatedServer victim : victims) {
        mostOfSubnet = Math.max(mostOfSubnet, mostOfSubnet(victim));
      }
    }
    stage.figure("peers of a victim", new PeerGraph(victims).meanPeers());
    double stolen = thieves(victims, all);
    stage.figure("of those the attacker's", stolen);
    stage.check(
        "the attacker's peers at a victim, on average",
        stolen > 0 && stolen <= ServerStage.ACCEPTED,
        "" + stolen,
        "some, at most " + ServerStage.ACCEPTED);
    stage.atLeast("peers from before that victims keep", kept(before, victims), 0.98);
    stage.atLeast("victims with all dialed slots taken, all the while", dialed, 1);
    stage.check(
        "most peers of one /24 at a victim",
        mostOfSubnet <= PER_SUBNET,
        "" + mostOfSubnet,
        "at most " + PER_SUBNET);
    welcomes(stage, servers, victims);
    stage.atLeast("honest servers in one connected network", servers.graph().largestPart(), 1);
  }

  /** Newcomers find their peers, and whom a victim trusts has a place there, all slots taken. */
  private static void welcomes(Stage stage, ServerStage servers, List<SimulatedServer> victims) {
    List<SimulatedServer> newcomers = new ArrayList<>();
    for (int i = 0; i < NEWCOMERS; i++) {
      newcomers.add(servers.start(builder -> builder));
    }
    Optional<Duration> filled =
        servers.until(() -> new PeerGraph(newcomers).content(ServerStage.DIALED) == 1, SOON);
    NodeKey key = stage.world().newKey();
    victims.forEach(victim -> victim.run(() -> victim.server().addTrustedNode(key.id())));
    SimulatedServer friend =
        stage
            .world()
            .start(
                key,
                stage.world().newAddress(),
                builder ->
                    builder
                        .protocol(new Chatter())
                        .staticNodes(victims.stream().map(SimulatedServer::enode).toList()));
    Optional<Duration> admitted =
        servers.until(
            () ->
                victims.stream()
                    .allMatch(
                        victim ->
                            victim.peers().stream()
                                .anyMatch(peer -> peer.id().equals(friend.id()))),
            SOON);
    stage.within("newcomers have dialed as many as they want", filled, SOON);
    stage.within("a trusted server is peer of all victims", admitted, SOON);
  }

  private static void attack(World world, List<SimulatedServer> victims) {
    for (int subnet = 0; subnet < SUBNETS; subnet++) {
      for (InetSocketAddress address : world.newSubnet(ADDRESSES)) {
        VirtualLoop loop = world.newLoop();
        new SlotThief(loop, world.openHost(loop, address.getAddress()), world.newRandom())
            .attack(victims);
      }
    }
  }

  private static Map<NodeId, Set<NodeId>> honestPeers(
      List<SimulatedServer> victims, List<SimulatedServer> all) {
    Set<NodeId> honest = ids(all);
    Map<NodeId, Set<NodeId>> peers = new LinkedHashMap<>();
    for (SimulatedServer victim : victims) {
      Set<NodeId> own = new HashSet<>();
      victim.peers().stream().map(Peer::id).filter(honest::contains).forEach(own::add);
      peers.put(victim.id(), own);
    }
    return peers;
  }

  private static double kept(Map<NodeId, Set<NodeId>> before, List<SimulatedServer> victims) {
    long all = before.values().stream().mapToLong(Set::size).sum();
    long left = 0;
    for (SimulatedServer victim : victims) {
      Set<NodeId> wanted = before.getOrDefault(victim.id(), Set.of());
      left += victim.peers().stream().filter(peer -> wanted.contains(peer.id())).count();
    }
    return (double) left / all;
  }

  private static double thieves(List<SimulatedServer> victims, List<SimulatedServer> all) {
    Set<NodeId> honest = ids(all);
    return victims.stream()
        .mapToLong(
            victim -> victim.peers().stream().filter(peer -> !honest.contains(peer.id())).count())
        .average()
        .orElse(0);
  }

  private static Set<NodeId> ids(List<SimulatedServer> servers) {
    Set<NodeId> ids = new HashSet<>();
    servers.forEach(server -> ids.add(server.id()));
    return ids;
  }

  private static int mostOfSubnet(SimulatedServer victim) {
    Map<String, Integer> counts = new LinkedHashMap<>();
    for (Peer peer : victim.peers()) {
      if (peer.inbound() && peer.remoteAddress() instanceof InetSocketAddress address) {
        String ip = address.getAddress().getHostAddress();
        counts.merge(ip.substring(0, ip.lastIndexOf('.')), 1, Integer::sum);
      }
    }
    return counts.values().stream().mapToInt(Integer::intValue).max().orElse(0);
  }
}
