package io.kadlink.server;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.rlpx.wire.DisconnectReason;
import io.kadlink.server.admission.PeerLimits;
import io.kadlink.server.admission.Slot;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Lets a random peer go now and then while all slots of its kind are taken, as geth does: so
 * newcomers get a chance, and no one can hold all places for ever. Confined to the server's loop.
 */
final class Rotation {
  /** Between two looks: three to seven minutes. */
  static final Duration SHORTEST = Duration.ofMinutes(3);

  static final Duration SPREAD = Duration.ofMinutes(4);

  /** Whoever came later stays. */
  static final Duration PROTECTED = Duration.ofMinutes(10);

  private final Loop loop;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final PeerLimits limits;
  private final PeerSet peers;
  private final ServerMetrics metrics;

  Rotation(
      Loop loop,
      InstantSource clock,
      RandomGenerator random,
      PeerLimits limits,
      PeerSet peers,
      ServerMetrics metrics) {
    this.loop = loop;
    this.clock = clock;
    this.random = random;
    this.limits = limits;
    this.peers = peers;
    this.metrics = metrics;
  }

  void start() {
    loop.schedule(
        SHORTEST.plusMillis(random.nextLong(SPREAD.toMillis())),
        () -> {
          turn(Slot.DIALED, limits.dialed());
          turn(Slot.ACCEPTED, limits.accepted());
          start();
        });
  }

  private void turn(Slot slot, int limit) {
    if (limit == 0 || peers.taken(slot) < limit) {
      return;
    }
    Instant latest = clock.instant().minus(PROTECTED);
    List<Session> candidates =
        peers.limited().stream()
            .filter(session -> session.slot() == slot && !session.connectedAt().isAfter(latest))
            .toList();
    if (!candidates.isEmpty()) {
      metrics.evicted("rotation");
      candidates
          .get(random.nextInt(candidates.size()))
          .end(DisconnectReason.TOO_MANY_PEERS, "its turn in the rotation of peers");
    }
  }
}
