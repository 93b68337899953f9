package io.kadlink.discovery.udp;

import io.kadlink.discovery.loop.Loop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.tuweni.bytes.Bytes;

/**
 * Decides whether a datagram is worth a signature recovery, which costs twenty times what the
 * socket does. Two token buckets must both have a token: the sender's and the total.
 *
 * <p>A sender is an IPv4 address or an IPv6 /64, whatever its port, since ports cost an attacker
 * nothing. On loopback, where every node of a local network shares one address, it is the address
 * with its port.
 */
public final class RateLimit {
  /** One sender: a lookup or a bond takes a handful of packets, a busy neighbour a few a second. */
  public static final int SENDER_PER_SECOND = 50;

  public static final int SENDER_BURST = 200;

  /** All senders: keeps recoveries well under what one core can do. */
  public static final int TOTAL_PER_SECOND = 5_000;

  public static final int TOTAL_BURST = 5_000;

  /** Senders remembered; the least recently heard is forgotten first. */
  public static final int MAX_SENDERS = 8_192;

  private static final double NANOS_PER_SECOND = 1e9;

  private static final int IPV6_PREFIX_BYTES = 8;

  private final Loop loop;
  private final TokenBucket total;
  private final Map<Object, TokenBucket> senders =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Object, TokenBucket> eldest) {
          return size() > MAX_SENDERS;
        }
      };

  public RateLimit(Loop loop) {
    this.loop = loop;
    this.total = new TokenBucket(TOTAL_PER_SECOND, TOTAL_BURST, loop.nanoTime());
  }

  /**
   * Takes a token of the sender's alone, for a datagram that seems to answer a question of ours.
   */
  public boolean admitsAnswer(InetSocketAddress from) {
    loop.assertInLoop();
    long now = loop.nanoTime();
    return bucket(from, now).take(now);
  }

  /** Takes a token for a datagram from {@code from}; false when there is none left. */
  public boolean admits(InetSocketAddress from) {
    loop.assertInLoop();
    long now = loop.nanoTime();
    return bucket(from, now).take(now) && total.take(now);
  }

  private TokenBucket bucket(InetSocketAddress from, long now) {
    return senders.computeIfAbsent(
        sender(from), key -> new TokenBucket(SENDER_PER_SECOND, SENDER_BURST, now));
  }

  /** What counts as one sender, to be compared with {@code equals} only. */
  public static Object sender(InetSocketAddress from) {
    InetAddress address = from.getAddress();
    if (address.isLoopbackAddress()) {
      return from;
    }
    byte[] bytes = address.getAddress();
    return bytes.length == 4 ? address : Bytes.wrap(Arrays.copyOf(bytes, IPV6_PREFIX_BYTES));
  }

  private static final class TokenBucket {
    private final double perNano;
    private final int burst;
    private double tokens;
    private long updated;

    TokenBucket(int perSecond, int burst, long now) {
      this.perNano = perSecond / NANOS_PER_SECOND;
      this.burst = burst;
      this.tokens = burst;
      this.updated = now;
    }

    boolean take(long now) {
      tokens = Math.min(burst, tokens + (now - updated) * perNano);
      updated = now;
      if (tokens < 1) {
        return false;
      }
      tokens -= 1;
      return true;
    }
  }
}
