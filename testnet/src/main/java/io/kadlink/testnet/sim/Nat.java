package io.kadlink.testnet.sim;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A NAT before one node (RFC 4787): the node is seen at one outer endpoint whomever it talks to
 * (endpoint-independent mapping), and nothing comes in but from where the node sent something
 * lately.
 */
public final class Nat {
  /** The least that RFC 4787 (REQ-5) asks of a NAT. */
  public static final Duration TIMEOUT = Duration.ofMinutes(2);

  /** Remembered destinations at which those timed out are forgotten. */
  private static final int MANY = 256;

  /** Who may answer. */
  public enum Filtering {
    /** Anyone at the address the node sent to. */
    ADDRESS,
    /** Only the very endpoint the node sent to. */
    ADDRESS_AND_PORT
  }

  private final Filtering filtering;
  private final Map<Object, Long> sentTo = new LinkedHashMap<>();

  public Nat(Filtering filtering) {
    this.filtering = filtering;
  }

  void outbound(InetSocketAddress to, long nanos) {
    if (sentTo.size() >= MANY) {
      sentTo.values().removeIf(since -> nanos - since > TIMEOUT.toNanos());
    }
    sentTo.put(key(to), nanos);
  }

  boolean admits(InetSocketAddress from, long nanos) {
    Long since = sentTo.get(key(from));
    return since != null && nanos - since <= TIMEOUT.toNanos();
  }

  private Object key(InetSocketAddress remote) {
    return filtering == Filtering.ADDRESS ? remote.getAddress() : remote;
  }
}
