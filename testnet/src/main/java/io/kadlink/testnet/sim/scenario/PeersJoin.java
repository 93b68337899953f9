package io.kadlink.testnet.sim.scenario;

import java.time.Duration;
import java.util.Optional;

/** Servers that know one bootnode each find as many peers as they want. */
final class PeersJoin implements Scenario {
  /** Share of the servers that must have dialed as many as they want. */
  static final double FILLED = 0.99;

  private static final Duration LONGEST = Duration.ofMinutes(2);
  private static final Duration REST = Duration.ofMinutes(5);

  @Override
  public int usualNodes() {
    return 500;
  }

  @Override
  public String description() {
    return "Servers with one bootnode find, dial and admit peers";
  }

  @Override
  public void play(Stage stage) {
    ServerStage servers = new ServerStage(stage, builder -> builder);
    servers.grow();
    Optional<Duration> filled =
        servers.until(() -> servers.graph().content(ServerStage.DIALED) >= FILLED, LONGEST);
    stage.pass(stage.length(REST));
    PeerGraph graph = servers.graph();
    stage.figure("peers", graph.meanPeers());
    stage.figure("most peers", graph.mostPeers());
    stage.figure("sessions that only one side has", graph.oneSided());
    stage.within("99 % have dialed as many as they want, after the last start", filled, LONGEST);
    stage.atLeast("servers with all dialed slots taken", graph.content(ServerStage.DIALED), FILLED);
    stage.atLeast("servers in one connected network", graph.largestPart(), 1);
    stage.check(
        "nobody has more peers than allowed",
        graph.mostPeers() <= ServerStage.MAX_PEERS,
        "" + graph.mostPeers(),
        "at most " + ServerStage.MAX_PEERS);
  }
}
