package io.kadlink.testnet.sim.scenario;

import io.kadlink.identity.NodeId;
import io.kadlink.testnet.sim.SimulatedServer;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The network falls into two halves, each of which fills its slots from its own, and hears the
 * other again later. Servers rotate their peers, or the halves would stay content with themselves.
 */
final class PeersPartition implements Scenario {
  /** Share of the sessions that cross the border when the halves count as mixed: half is random. */
  static final double MIXED = 0.1;

  /** 30 s of silence end a session, and it may have been heard of just before. */
  static final Duration NOTICED = Duration.ofMinutes(1);

  /** A rotation of a peer each three to seven minutes, of those who are there for ten. */
  static final Duration LONGEST = Duration.ofMinutes(45);

  private static final Duration SETTLING = Duration.ofMinutes(2);
  private static final Duration SPLIT = Duration.ofMinutes(5);

  @Override
  public int usualNodes() {
    return 500;
  }

  @Override
  public String description() {
    return "The network falls into two halves for five minutes, and becomes one again";
  }

  @Override
  public void play(Stage stage) {
    ServerStage servers = new ServerStage(stage, builder -> builder.rotatePeers(true));
    List<SimulatedServer> all = servers.grow();
    stage.pass(SETTLING);
    Set<NodeId> far = new HashSet<>();
    for (int i = 1; i < all.size(); i += 2) {
      far.add(all.get(i).id());
      all.get(i).side(1);
    }
    stage.figure("crossing before", crossing(servers, far));
    stage.world().network().split();
    Optional<Duration> noticed = servers.until(() -> crossing(servers, far) == 0, NOTICED);
    stage.pass(stage.length(SPLIT));
    PeerGraph near = half(all, far, false);
    PeerGraph other = half(all, far, true);
    stage.figure("peers while split", servers.graph().meanPeers());
    stage.world().network().heal();
    Optional<Duration> one = servers.until(() -> servers.graph().largestPart() == 1, LONGEST);
    stage.figure("crossing when it was one again", crossing(servers, far));
    Optional<Duration> mixed = servers.until(() -> crossing(servers, far) >= MIXED, LONGEST);
    stage.figure("crossing at the end", crossing(servers, far));
    stage.within("no session crosses the border any more", noticed, NOTICED);
    stage.atLeast("the half with the bootnode is connected", near.largestPart(), 1);
    stage.atLeast("the half without it is connected", other.largestPart(), 1);
    stage.atLeast("dialed slots taken with the bootnode", near.content(ServerStage.DIALED), 0.95);
    stage.atLeast("dialed slots taken without it", other.content(ServerStage.DIALED), 0.95);
    stage.within("one connected network again", one, LONGEST);
    stage.within("a tenth of the sessions cross the old border", mixed, LONGEST);
  }

  private static double crossing(ServerStage servers, Set<NodeId> far) {
    return servers.graph().share((own, other) -> far.contains(own) != far.contains(other));
  }

  private static PeerGraph half(List<SimulatedServer> all, Set<NodeId> far, boolean wanted) {
    return new PeerGraph(
        all.stream().filter(server -> far.contains(server.id()) == wanted).toList());
  }
}
