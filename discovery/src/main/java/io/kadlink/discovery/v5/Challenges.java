package io.kadlink.discovery.v5;

import io.kadlink.discovery.loop.Loop;
import io.kadlink.discovery.udp.RateLimit;
import io.kadlink.identity.NodeRecord;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.tuweni.bytes.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * The WHOAREYOU packets of ours that wait for their handshake. Anyone can have one made by sending
 * rubbish, so they are few, small and short-lived, and while one is alive every further packet that
 * can't be read gets the identical challenge: a flood in one name takes the memory of one.
 */
final class Challenges {
  /** How long a handshake may take (discv5-wire, UDP Communication). */
  static final Duration LIFETIME = Duration.ofSeconds(1);

  /**
   * Challenges in all: about as many as the rate limit lets through within their lifetime. The
   * oldest makes room for a new one.
   */
  static final int MAX_CHALLENGES = 4_096;

  /** Challenges of one address (see {@link RateLimit#sender}): nodes behind one router. */
  static final int MAX_PER_SENDER = 16;

  /**
   * A challenge.
   *
   * @param record the record we had when we made it, which the other may leave out for that reason
   */
  record Challenge(Bytes data, Optional<NodeRecord> record, Object sender, long madeNanos) {}

  private final Loop loop;

  /** In the order they were made, which is also that of their end. */
  private final Map<Remote, Challenge> challenges = new LinkedHashMap<>();

  private final Map<Object, Integer> perSender = new HashMap<>();

  Challenges(Loop loop) {
    this.loop = loop;
  }

  /** The challenge of that node that is alive. */
  @Nullable Challenge find(Remote remote) {
    Challenge challenge = challenges.get(remote);
    return challenge == null || isOver(challenge) ? null : challenge;
  }

  /** Whether that address has no more challenges than it may have before one more. */
  boolean hasRoomFor(InetSocketAddress from) {
    forgetOld();
    return perSender.getOrDefault(RateLimit.sender(from), 0) < MAX_PER_SENDER;
  }

  Challenge add(Remote remote, Bytes data, Optional<NodeRecord> record) {
    remove(remote);
    if (challenges.size() == MAX_CHALLENGES) {
      remove(challenges.keySet().iterator().next());
    }
    Object sender = RateLimit.sender(remote.udp());
    Challenge challenge = new Challenge(data, record, sender, loop.nanoTime());
    challenges.put(remote, challenge);
    perSender.merge(sender, 1, Integer::sum);
    return challenge;
  }

  /** A challenge serves once, whatever comes of it. */
  void remove(Remote remote) {
    Challenge challenge = challenges.remove(remote);
    if (challenge != null) {
      release(challenge);
    }
  }

  int size() {
    return challenges.size();
  }

  private void forgetOld() {
    Iterator<Challenge> oldest = challenges.values().iterator();
    while (oldest.hasNext()) {
      Challenge challenge = oldest.next();
      if (!isOver(challenge)) {
        return;
      }
      oldest.remove();
      release(challenge);
    }
  }

  private void release(Challenge challenge) {
    perSender.computeIfPresent(
        challenge.sender(), (sender, count) -> count == 1 ? null : count - 1);
  }

  private boolean isOver(Challenge challenge) {
    return loop.nanoTime() - challenge.madeNanos() >= LIFETIME.toNanos();
  }
}
