package io.kadlink.testnet.sim.scenario;

import io.kadlink.rlpx.NettyRlpx;
import io.kadlink.rlpx.Rlpx;
import io.kadlink.rlpx.RlpxConnection;
import io.kadlink.rlpx.RlpxOptions;
import io.kadlink.rlpx.wire.Capability;
import io.kadlink.rlpx.wire.SharedCapability;
import io.kadlink.server.virtual.VirtualPlatform;
import io.kadlink.testnet.sim.SimulatedServer;
import io.kadlink.testnet.sim.VirtualLoop;
import io.kadlink.testnet.sim.VirtualTcp;
import io.kadlink.testnet.sim.World;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.apache.tuweni.bytes.Bytes;

/**
 * One address of an attacker: dials its victims without end, each time as somebody new, holds what
 * it gets, says nothing, and comes back when it is thrown out.
 */
final class SlotThief {
  /** Between two tries at a victim. */
  private static final Duration AGAIN = Duration.ofSeconds(10);

  private final VirtualLoop loop;
  private final VirtualPlatform platform;
  private final RandomGenerator random;

  SlotThief(VirtualLoop loop, VirtualTcp.Host host, RandomGenerator random) {
    this.loop = loop;
    this.random = random;
    this.platform =
        new VirtualPlatform(
            loop,
            (address, handler) ->
                CompletableFuture.failedFuture(new UnsupportedOperationException("no UDP here")),
            host,
            random);
  }

  /** Goes for each of them from now on. */
  void attack(List<SimulatedServer> victims) {
    loop.run(() -> victims.forEach(victim -> loop.execute(() -> dial(victim))));
  }

  private void dial(SimulatedServer victim) {
    Rlpx rlpx =
        new NettyRlpx(
            RlpxOptions.builder(World.newKey(random), "thief", new SimpleMeterRegistry())
                .capability(new Capability(Chatter.NAME, Chatter.VERSION), Chatter.MESSAGES)
                .random(random)
                .build(),
            platform.transport());
    rlpx.dial(victim.address(), victim.key().publicKey())
        .whenComplete(
            (connection, failure) -> {
              if (failure == null) {
                hold(connection, victim);
              } else {
                loop.schedule(AGAIN, () -> dial(victim));
              }
            });
  }

  private void hold(RlpxConnection connection, SimulatedServer victim) {
    connection.start(SlotThief::ignore);
    connection
        .closed()
        .thenAccept(ending -> loop.execute(() -> loop.schedule(AGAIN, () -> dial(victim))));
  }

  private static void ignore(SharedCapability capability, int id, Bytes payload) {}
}
