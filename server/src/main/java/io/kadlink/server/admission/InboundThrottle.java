package io.kadlink.server.admission;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import io.kadlink.discovery.loop.TokenBucket;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.atomic.AtomicBoolean;

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

  private static final double PER_SECOND = 1.0 / REFILL.toSeconds();

  /** Addresses remembered; past it the least recently seen starts afresh. */
  static final int MAX_ADDRESSES = 10_000;

  private final InstantSource clock;
  private final Cache<InetAddress, TokenBucket> buckets =
      CacheBuilder.newBuilder().maximumSize(MAX_ADDRESSES).build();

  public InboundThrottle(InstantSource clock) {
    this.clock = clock;
  }

  /** Whether {@code address} may connect now; a true answer costs it a token. */
  public boolean admits(InetAddress address) {
    if (address.isLoopbackAddress()) {
      return true;
    }
    AtomicBoolean admitted = new AtomicBoolean();
    buckets
        .asMap()
        .compute(
            household(address),
            (key, known) -> {
              long now = nanos(clock.instant());
              TokenBucket bucket = known == null ? new TokenBucket(PER_SECOND, BURST, now) : known;
              admitted.set(bucket.take(now));
              return bucket;
            });
    return admitted.get();
  }

  private static long nanos(Instant now) {
    return Instant.EPOCH.until(now, ChronoUnit.NANOS);
  }

  private static InetAddress household(InetAddress address) {
    return address instanceof Inet6Address ? Cidr.first(address, PeerLimits.IPV6_SUBNET) : address;
  }
}
