package io.kadlink.discovery.v4;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.identity.NodeId;
import java.net.InetAddress;
import java.net.InetSocketAddress;
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

  /**
   * How lately a node must have answered from an endpoint to count as being there when the table
   * has it elsewhere. Longer than any two nodes need to ping each other back, so that they don't go
   * on doing it for ever.
   */
  static final Duration FRESH = Duration.ofSeconds(10);

  /** Proofs remembered; the least recently used is forgotten first and can be made again. */
  static final int MAX_PROOFS = 16_384;

  /** Who, and at which address. */
  record Endpoint(NodeId id, InetAddress address) {}

  /** When it was given, and the port that the ping went to. */
  private record Proof(long nanos, int port) {}

  private final Loop loop;
  private final Map<Endpoint, Proof> ours = new Recent<>();
  private final Map<Endpoint, Long> theirs = new Recent<>();

  Bonds(Loop loop) {
    this.loop = loop;
  }

  /** It answered the ping that we sent there. */
  void proven(NodeId id, InetSocketAddress at) {
    ours.put(new Endpoint(id, at.getAddress()), new Proof(loop.nanoTime(), at.getPort()));
  }

  /** Whether it answered a ping of ours lately, so that it may have a large answer. */
  boolean isProven(Endpoint endpoint) {
    Proof proof = ours.get(endpoint);
    return proof != null && isFresh(proof.nanos(), VALID);
  }

  /** Whether the port that it answered from last, at this address, is that one. */
  boolean isProvenAt(NodeId id, InetSocketAddress at) {
    return isProvenAt(id, at, VALID);
  }

  /** Whether it answered from that very endpoint just now. */
  boolean isFreshlyProvenAt(NodeId id, InetSocketAddress at) {
    return isProvenAt(id, at, FRESH);
  }

  private boolean isProvenAt(NodeId id, InetSocketAddress at, Duration valid) {
    Proof proof = ours.get(new Endpoint(id, at.getAddress()));
    return proof != null && proof.port() == at.getPort() && isFresh(proof.nanos(), valid);
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

  private static final class Recent<P> extends LinkedHashMap<Endpoint, P> {
    private static final long serialVersionUID = 1L;

    Recent() {
      super(16, 0.75f, true);
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<Endpoint, P> eldest) {
      return size() > MAX_PROOFS;
    }
  }
}
