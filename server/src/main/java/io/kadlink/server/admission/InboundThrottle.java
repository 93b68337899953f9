package io.kadlink.server.admission;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * Keeps one address from spending our handshakes: a token bucket for each. Loopback is exempt, so
 * that many nodes can share a machine. IPv6 counts by /64, which is what one household gets.
 * Thread-safe: asked by the accepting loops before a connection costs anything.
 */
public final class InboundThrottle {
  /** Connections an address may open at once: a few nodes behind one NAT. */
  static final int BURST = 8;

  /** After that one each so often. */
  static final Duration REFILL = Duration.ofSeconds(5);

  /** Addresses remembered; past it the least recently seen starts afresh. */
  static final int MAX_ADDRESSES = 10_000;

  private final InstantSource clock;
  private final Cache<InetAddress, Bucket> buckets =
      CacheBuilder.newBuilder().maximumSize(MAX_ADDRESSES).build();

  public InboundThrottle(InstantSource clock) {
    this.clock = clock;
  }

  /** Whether {@code address} may connect now; a true answer costs it a token. */
  public boolean admits(InetAddress address) {
    if (address.isLoopbackAddress()) {
      return true;
    }
    Instant now = clock.instant();
    Bucket after =
        buckets
            .asMap()
            .compute(
                household(address),
                (key, bucket) -> (bucket == null ? Bucket.full(now) : bucket).take(now));
    return after.granted();
  }

  private static InetAddress household(InetAddress address) {
    return address instanceof Inet6Address ? Cidr.first(address, PeerLimits.IPV6_SUBNET) : address;
  }

  /**
   * @param tokens how many there were at {@code at}
   * @param granted whether the last one who asked got one
   */
  private record Bucket(int tokens, Instant at, boolean granted) {
    static Bucket full(Instant now) {
      return new Bucket(BURST, now, true);
    }

    Bucket take(Instant now) {
      long refilled = Math.max(0, Duration.between(at, now).dividedBy(REFILL));
      int available = (int) Math.min(BURST, tokens + refilled);
      Instant since = available == BURST ? now : at.plus(REFILL.multipliedBy(refilled));
      return available > 0 ? new Bucket(available - 1, since, true) : new Bucket(0, since, false);
    }
  }
}
