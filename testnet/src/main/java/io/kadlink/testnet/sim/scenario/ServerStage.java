package io.kadlink.testnet.sim.scenario;

import io.kadlink.server.ServerBuilder;
import io.kadlink.testnet.sim.SimulatedServer;
import io.kadlink.testnet.sim.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/** A network of whole servers. */
final class ServerStage {
  /** Peers that a server has at most; a third of them it dials itself. */
  static final int MAX_PEERS = 24;

  static final int DIALED = MAX_PEERS / 3;
  static final int ACCEPTED = MAX_PEERS - DIALED;

  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(5);

  private final Stage stage;
  private final UnaryOperator<ServerBuilder> settings;

  ServerStage(Stage stage, UnaryOperator<ServerBuilder> settings) {
    this.stage = stage;
    this.settings = settings;
  }

  World world() {
    return stage.world();
  }

  /** The first server, from which others start. */
  SimulatedServer first() {
    return world().servers().get(0);
  }

  /** One more server. */
  SimulatedServer start(UnaryOperator<ServerBuilder> more) {
    List<SimulatedServer> before = world().servers();
    return world()
        .start(
            builder -> {
              if (!before.isEmpty()) {
                builder.bootnodes(before.get(0).enode());
              }
              return more.apply(
                  settings.apply(builder.maxPeers(MAX_PEERS).protocol(new Chatter())));
            });
  }

  /** As many as the stage has, one after the other within a minute. */
  List<SimulatedServer> grow() {
    List<SimulatedServer> all = new ArrayList<>();
    for (int i = 0; i < stage.nodes(); i++) {
      all.add(start(builder -> builder));
      stage.pass(Stage.GROWING.dividedBy(stage.nodes()));
    }
    return all;
  }

  PeerGraph graph() {
    return new PeerGraph(world().servers());
  }

  /** How long until this holds, looked at every few seconds. */
  Optional<Duration> until(BooleanSupplier holds, Duration longest) {
    Duration start = world().time().elapsed();
    while (!holds.getAsBoolean()) {
      if (world().time().elapsed().minus(start).compareTo(longest) >= 0) {
        return Optional.empty();
      }
      stage.pass(BETWEEN_LOOKS);
    }
    return Optional.of(world().time().elapsed().minus(start));
  }
}
