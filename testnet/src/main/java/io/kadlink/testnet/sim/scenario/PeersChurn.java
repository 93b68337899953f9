package io.kadlink.testnet.sim.scenario;

import io.kadlink.testnet.sim.SimulatedServer;
import io.kadlink.testnet.sim.World;
import java.time.Duration;
import java.util.List;

/** Servers come and go all the time, half of them without a goodbye. */
final class PeersChurn implements Scenario {
  /** Share of the servers that are replaced in a minute: each lives 50 minutes. */
  static final double PER_MINUTE = 0.02;

  /** Mean share of the servers that have dialed all the peers they want. */
  static final double FILLED = 0.95;

  /** Who vanishes is missed after 30 s to 45 s; twice that long is too long. */
  private static final double MISSED_MINUTES = 1.5;

  private static final Duration LENGTH = Duration.ofMinutes(15);
  private static final Duration SETTLING = Duration.ofMinutes(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);

  /** For goodbyes to arrive. */
  private static final Duration PARTING = Duration.ofSeconds(3);

  @Override
  public int usualNodes() {
    return 500;
  }

  @Override
  public String description() {
    return "2 % of the servers are replaced each minute; half of them just vanish";
  }

  @Override
  public void play(Stage stage) {
    ServerStage servers = new ServerStage(stage, builder -> builder);
    World world = stage.world();
    servers.grow();
    stage.pass(SETTLING);
    Duration end = world.time().elapsed().plus(stage.length(LENGTH));
    long perMinute = Math.max(2, (long) (stage.nodes() * PER_MINUTE));
    Duration gap = MINUTE.dividedBy(perMinute);
    double filled = 0;
    double ghosts = 0;
    double worstPart = 1;
    int replaced = 0;
    while (world.time().elapsed().compareTo(end) < 0) {
      SimulatedServer leaving = pick(stage);
      if (replaced % 2 == 0) {
        leaving.stop();
        stage.pass(PARTING);
      }
      world.leave(leaving);
      servers.start(builder -> builder);
      replaced++;
      stage.pass(replaced % 2 == 0 ? gap : gap.minus(PARTING));
      PeerGraph grown = new PeerGraph(older(world));
      filled += grown.content(ServerStage.DIALED);
      ghosts += grown.share((own, other) -> !world.isLive(other));
      worstPart = Math.min(worstPart, servers.graph().largestPart());
    }
    stage.figure("servers replaced", replaced);
    stage.figure("peers", servers.graph().meanPeers());
    stage.atLeast("servers a minute old with all dialed slots taken", filled / replaced, FILLED);
    double vanishing = perMinute / 2.0 / stage.nodes();
    stage.atLeast("peers that are there", 1 - ghosts / replaced, 1 - vanishing * MISSED_MINUTES);
    stage.atLeast("servers in one connected network, at worst", worstPart, 0.99);
  }

  private static List<SimulatedServer> older(World world) {
    Duration latest = world.time().elapsed().minus(MINUTE);
    return world.servers().stream()
        .filter(server -> server.joined().compareTo(latest) <= 0)
        .toList();
  }

  /** Never the first, from which others start. */
  private static SimulatedServer pick(Stage stage) {
    List<SimulatedServer> all = stage.world().servers();
    return all.get(1 + stage.world().random().nextInt(all.size() - 1));
  }
}
