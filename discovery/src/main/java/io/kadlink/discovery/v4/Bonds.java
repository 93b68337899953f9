package io.kadlink.discovery.v4;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.identity.NodeId;
import java.net.InetAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Endpoint proofs in both directions (devp2p discv4, Endpoint Proof). A node has proven itself to
 * us by answering our ping; we have proven ourselves to it by answering its ping. A proof holds for
 * one id at one IP address; without the address, a stranger could have answers sent to a victim.
 */
final class Bonds {
  /** How long a proof holds. The specification speaks of 12 hours, geth and others keep 24. */
  static final Duration VALID = Duration.ofHours(24);

  /**
   * How long we count on the other side to remember: shorter, so that it never forgets first
   * whatever it keeps.
   */
  static final Duration THEIRS_VALID = Duration.ofHours(11);

  /** A round trip to the far side of the world, and some. */
  private static final Duration JUST = Duration.ofSeconds(1);

  /** Proofs remembered; the least recently used is forgotten first and can be made again. */
  static final int MAX_PROOFS = 16_384;

  /** Who, and at which address. */
  record Endpoint(NodeId id, InetAddress address) {}

  private final Loop loop;
  private final Map<Endpoint, Long> ours = new Recent();
  private final Map<Endpoint, Long> theirs = new Recent();

  Bonds(Loop loop) {
    this.loop = loop;
  }

  /** It answered our ping. */
  void proven(Endpoint endpoint) {
    ours.put(endpoint, loop.nanoTime());
  }

  /** Whether it answered a ping of ours lately, so that it may have a large answer. */
  boolean isProven(Endpoint endpoint) {
    return isFresh(ours.get(endpoint), VALID);
  }

  /** We answered its ping. */
  void provenToThem(Endpoint endpoint) {
    theirs.put(endpoint, loop.nanoTime());
  }

  /** Whether it should be willing to answer our questions. */
  boolean isProvenToThem(Endpoint endpoint) {
    return isFresh(theirs.get(endpoint), THEIRS_VALID);
  }

  /** Whether we answered its ping so lately that the answer may still be on its way. */
  boolean isJustProvenToThem(Endpoint endpoint) {
    return isFresh(theirs.get(endpoint), JUST);
  }

  /** It left a question unanswered: perhaps it has forgotten us. */
  void forgetOurs(Endpoint endpoint) {
    theirs.remove(endpoint);
  }

  private boolean isFresh(@Nullable Long since, Duration valid) {
    return since != null && loop.nanoTime() - since < valid.toNanos();
  }

  private static final class Recent extends LinkedHashMap<Endpoint, Long> {
    private static final long serialVersionUID = 1L;

    Recent() {
      super(16, 0.75f, true);
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<Endpoint, Long> eldest) {
      return size() > MAX_PROOFS;
    }
  }
}
