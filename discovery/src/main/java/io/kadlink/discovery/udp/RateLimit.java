package io.kadlink.discovery.udp;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.loop.TokenBucket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.tuweni.bytes.Bytes;

/**
 * Decides whether a datagram is worth a signature recovery, which costs twenty times what the
 * socket does. Two token buckets must both have a token: the sender's own, and that of all senders
 * of its kind together.
 *
 * <p>There are two kinds. A <em>known</em> sender has answered a question of ours from its address;
 * anyone else is a <em>stranger</em>, and may be one flooder under many forged addresses. Each kind
 * has a share that the other can't use up: strangers in whatever number leave known nodes theirs.
 *
 * <p>A sender is an IPv4 address or an IPv6 /64, whatever its port, since ports cost an attacker
 * nothing. On loopback, where every node of a local network shares one address, it is the address
 * with its port.
 */
public final class RateLimit {
  /** One sender: a lookup or a bond takes a handful of packets, a busy neighbour a few a second. */
  public static final int SENDER_PER_SECOND = 50;

  /** Datagrams that one sender may send at once. */
  public static final int SENDER_BURST = 200;

  /**
   * All strangers. Each ping of theirs costs a recovery, a pong and a ping: at this rate they have
   * a quarter of a core, and a public node hears from a hundredth of them.
   */
  public static final int STRANGERS_PER_SECOND = 2_000;

  /** Datagrams that all strangers together may send at once. */
  public static final int STRANGERS_BURST = 2_000;

  /** All known senders. A question of theirs costs a recovery and an answer or two. */
  public static final int KNOWN_PER_SECOND = 3_000;

  /** Datagrams that all known senders together may send at once. */
  public static final int KNOWN_BURST = 3_000;

  /** Senders remembered of each kind; the least recently heard is forgotten first. */
  public static final int MAX_SENDERS = 8_192;

  private static final int IPV6_PREFIX_BYTES = 8;

  private final Loop loop;
  private final Kind strangers;
  private final Kind known;

  /** A limit that nobody has used yet; confined to {@code loop}. */
  public RateLimit(Loop loop) {
    this.loop = loop;
    this.strangers = new Kind(STRANGERS_PER_SECOND, STRANGERS_BURST, loop.nanoTime());
    this.known = new Kind(KNOWN_PER_SECOND, KNOWN_BURST, loop.nanoTime());
  }

  /** {@code from} has answered a question of ours, so nobody forges that address: it is known. */
  public void answered(InetSocketAddress from) {
    loop.assertInLoop();
    Object sender = sender(from);
    TokenBucket bucket = strangers.senders.remove(sender);
    if (bucket != null) {
      known.senders.put(sender, bucket);
    } else {
      known.bucket(sender, loop.nanoTime());
    }
  }

  /**
   * Whether {@link #admits} would say no now. Takes no token, so it may be asked of any bytes
   * before a closer look at them.
   */
  public boolean isExhausted(InetSocketAddress from) {
    loop.assertInLoop();
    long now = loop.nanoTime();
    Object sender = sender(from);
    Kind kind = kind(sender);
    TokenBucket bucket = kind.senders.get(sender);
    return !kind.total.has(now) || (bucket != null && !bucket.has(now));
  }

  /**
   * Takes a token of the sender's alone, for a datagram that seems to answer a question of ours.
   */
  public boolean admitsAnswer(InetSocketAddress from) {
    loop.assertInLoop();
    long now = loop.nanoTime();
    Object sender = sender(from);
    return kind(sender).bucket(sender, now).take(now);
  }

  /** Takes a token for a datagram from {@code from}; false when there is none left. */
  public boolean admits(InetSocketAddress from) {
    loop.assertInLoop();
    long now = loop.nanoTime();
    Object sender = sender(from);
    Kind kind = kind(sender);
    return kind.total.has(now) && kind.bucket(sender, now).take(now) && kind.total.take(now);
  }

  private Kind kind(Object sender) {
    return known.senders.containsKey(sender) ? known : strangers;
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

  private static final class Kind {
    final TokenBucket total;
    final Map<Object, TokenBucket> senders =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<Object, TokenBucket> eldest) {
            return size() > MAX_SENDERS;
          }
        };

    Kind(int perSecond, int burst, long now) {
      this.total = new TokenBucket(perSecond, burst, now);
    }

    TokenBucket bucket(Object sender, long now) {
      return senders.computeIfAbsent(
          sender, key -> new TokenBucket(SENDER_PER_SECOND, SENDER_BURST, now));
    }
  }
}
