package io.kadlink.server.nat;

import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/**
 * What a {@link NatTraversal} needs.
 *
 * @param lifetime how long a mapping is asked for, {@link #MIN_LIFETIME} to {@link #MAX_LIFETIME};
 *     renewed at half of what the router grants
 * @param bind where the node listens; the wildcard: everywhere
 * @param tcpPort the node's TCP port, 0 when there is none to be reached
 * @param udpPort the node's UDP port, 0 when there is none to be reached
 * @param random whoever can foresee it can forge answers
 */
public record NatOptions(
    NatMethod method,
    Duration lifetime,
    InetAddress bind,
    int tcpPort,
    int udpPort,
    InstantSource clock,
    RandomGenerator random,
    MeterRegistry metrics) {

  /** Long enough to cost the router nothing, short enough that a dead node's ports close soon. */
  public static final Duration DEFAULT_LIFETIME = Duration.ofMinutes(20);

  /** Below that a node would do little else than renew. */
  public static final Duration MIN_LIFETIME = Duration.ofSeconds(20);

  /** What PCP has routers grant at most (RFC 6887 §15). */
  public static final Duration MAX_LIFETIME = Duration.ofDays(1);

  public NatOptions {
    checkLifetime(lifetime);
  }

  /**
   * The lifetime given, when there can be one that long.
   *
   * @throws IllegalArgumentException when mappings can't be asked for that long
   */
  public static Duration checkLifetime(Duration lifetime) {
    if (lifetime.compareTo(MIN_LIFETIME) < 0 || lifetime.compareTo(MAX_LIFETIME) > 0) {
      throw new IllegalArgumentException(
          "mappings live "
              + MIN_LIFETIME.toSeconds()
              + " to "
              + MAX_LIFETIME.toSeconds()
              + " seconds, not "
              + lifetime.toSeconds());
    }
    return lifetime;
  }
}
