package io.kadlink.testnet.examples;

import io.kadlink.discovery.DiscoveryVersion;
import io.kadlink.server.Protocol;
import io.kadlink.testnet.sim.SimulatedServer;
import io.kadlink.testnet.sim.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.function.Supplier;

/** In docs/simulator.md. */
final class OwnSimulation {
  private OwnSimulation() {}

  // example begins
  static List<Integer> peersAfterASplit(Supplier<Protocol> protocol, long seed) {
    try (World world =
        new World(seed, 1, EnumSet.of(DiscoveryVersion.V4), null, (time, nodes, events) -> {})) {
      SimulatedServer first = world.start(server -> server.protocol(protocol.get()));
      world.time().pass(Duration.ofSeconds(1));
      List<SimulatedServer> others = new ArrayList<>();
      for (int i = 0; i < 9; i++) {
        others.add(
            world.start(
                server -> server.protocol(protocol.get()).maxPeers(6).bootnodes(first.enode())));
      }
      world.time().pass(Duration.ofMinutes(1));
      others.get(0).side(1); // cut off from all others
      world.network().split();
      world.time().pass(Duration.ofMinutes(1));
      System.err.println(world.eventLogHash()); // the same for the same seed
      return others.stream().map(server -> server.peers().size()).toList();
    }
  }
  // example ends
}
