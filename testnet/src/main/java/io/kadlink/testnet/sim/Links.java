package io.kadlink.testnet.sim;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long datagrams travel. Every node has a place on a world without edges and an access line;
 * two nodes are as far apart in time as on that world, plus their access lines, plus a little that
 * differs from one datagram to the next. Round trips are 20 to 280 ms, 130 ms in the middle.
 */
final class Links {
  /** No datagram is faster. */
  static final Duration LEAST = Duration.ofMillis(10);

  private static final double ACROSS_THE_WORLD_MS = 120;
  private static final double ACCESS_MEAN_MS = 3;
  private static final double MAX_ACCESS_MS = 15;
  private static final double JITTER_MEAN_MS = 2;
  private static final double MAX_JITTER_MS = 20;
  private static final double NANOS_PER_MS = 1e6;

  /** Where a node is: two coordinates from 0 to 1, and the delay of its access line. */
  record Place(double x, double y, double accessMs) {}

  private Links() {}

  static Place place(RandomGenerator random) {
    return new Place(
        random.nextDouble(),
        random.nextDouble(),
        Math.min(MAX_ACCESS_MS, random.nextExponential() * ACCESS_MEAN_MS));
  }

  /** Nanoseconds that one datagram takes. */
  static long delay(Place from, Place to, RandomGenerator random) {
    double jitter = Math.min(MAX_JITTER_MS, random.nextExponential() * JITTER_MEAN_MS);
    return LEAST.toNanos() + (long) ((base(from, to) + jitter) * NANOS_PER_MS);
  }

  /** What every datagram between two places takes above the least, in milliseconds. */
  private static double base(Place from, Place to) {
    double distance = Math.hypot(around(from.x - to.x), around(from.y - to.y));
    return from.accessMs + to.accessMs + distance * ACROSS_THE_WORLD_MS;
  }

  private static double around(double difference) {
    double direct = Math.abs(difference);
    return Math.min(direct, 1 - direct);
  }
}
