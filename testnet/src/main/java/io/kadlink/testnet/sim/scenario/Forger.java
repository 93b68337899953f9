package io.kadlink.testnet.sim.scenario;

import io.kadlink.discovery.DiscoveryVersion;
import io.kadlink.testnet.sim.SimulatedNode;
import io.kadlink.testnet.sim.VirtualLoop;
import io.kadlink.testnet.sim.VirtualNetwork;
import io.kadlink.testnet.sim.World;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;

/**
 * Sends noise and forged packets under forged addresses, every other one under an honest node's, in
 * each version of the protocol that the nodes speak.
 */
final class Forger {
  /** Packets made beforehand for each target, used again and again. */
  private static final int POOL = 512;

  /** One packet in so many is noise. */
  private static final int NOISE = 8;

  private static final int MAX_NOISE_BYTES = 600;

  private final VirtualLoop loop;
  private final VirtualNetwork.Socket socket;
  private final RandomGenerator random;
  private final List<InetSocketAddress> sources = new ArrayList<>();
  private final List<Aim> aims = new ArrayList<>();
  private boolean stopped;

  /** A target, and what is sent to it. */
  private record Aim(InetSocketAddress target, List<Forgery> pool) {}

  Forger(World world, List<SimulatedNode> targets, List<SimulatedNode> honest) {
    this.loop = world.newLoop();
    this.random = new SplittableRandom(world.random().nextLong());
    this.socket = world.open(loop, world.newAddress(), (from, datagram) -> {});
    honest.forEach(node -> sources.add(node.address()));
    while (sources.size() < 2 * honest.size()) {
      sources.add(world.newAddress());
    }
    for (SimulatedNode target : targets) {
      aims.add(new Aim(target.address(), pool(world, target, honest)));
    }
  }

  private List<Forgery> pool(World world, SimulatedNode target, List<SimulatedNode> honest) {
    Draws draws = new Draws(random);
    List<IntFunction<Forgery>> makers = new ArrayList<>();
    for (DiscoveryVersion version : world.versions()) {
      makers.add(
          switch (version) {
            case V4 -> new ForgeriesV4(world, draws, target.address())::make;
            case V5 -> new ForgeriesV5(world, draws, target, honest)::make;
          });
    }
    List<Forgery> pool = new ArrayList<>();
    while (pool.size() < POOL / NOISE) {
      pool.add(Forgery.fromAnywhere(draws.bytes(1 + random.nextInt(MAX_NOISE_BYTES))));
    }
    for (int i = 0; pool.size() < POOL; i++) {
      pool.add(makers.get(i % makers.size()).apply(i / makers.size()));
    }
    return pool;
  }

  /** Sends so many packets a second to each target. */
  void start(int perSecond) {
    Duration gap = Duration.ofNanos(TimeUnit.SECONDS.toNanos(1) / perSecond);
    loop.run(() -> tick(gap));
  }

  void stop() {
    stopped = true;
  }

  long packetsSent() {
    return socket.sent();
  }

  long bytesSent() {
    return socket.sentBytes();
  }

  private void tick(Duration gap) {
    if (stopped) {
      return;
    }
    for (Aim aim : aims) {
      InetSocketAddress anywhere = sources.get(random.nextInt(sources.size()));
      Forgery forgery = aim.pool().get(random.nextInt(aim.pool().size()));
      byte[] datagram = forgery.datagram().toArrayUnsafe();
      socket.sendForged(forgery.from().orElse(anywhere), aim.target(), datagram);
    }
    var unused = loop.schedule(gap, () -> tick(gap));
  }
}
