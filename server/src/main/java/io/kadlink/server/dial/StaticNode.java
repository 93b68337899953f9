package io.kadlink.server.dial;

import com.google.common.collect.Comparators;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * A node to stay connected with, when to try next, and when to ask discovery where it is: at once
 * if nobody knows, and when dials of the place we know come to nothing; ever more seldom.
 */
final class StaticNode {
  private DialTarget target;
  private Instant due;
  private int previous;
  private int current = 1;
  private Instant resolveDue;
  private Duration resolvePause;
  private boolean resolving;
  private boolean doubtful;

  StaticNode(DialTarget target, Instant now, DialOptions options) {
    this.target = target;
    this.due = now;
    this.resolveDue = now;
    this.resolvePause = options.firstResolve();
    this.doubtful = !target.placed();
  }

  DialTarget target() {
    return target;
  }

  /** When to dial; never, as long as nobody knows where it is. */
  Instant due() {
    return target.placed() ? due : Instant.MAX;
  }

  /** When to ask discovery where it is; never, as long as dials reach it. */
  Instant resolveDue() {
    return doubtful && !resolving ? resolveDue : Instant.MAX;
  }

  /** Discovery is asked. */
  void resolving() {
    resolving = true;
  }

  /** Discovery's answer; a place that is news is dialed at once. */
  void resolved(Optional<DialTarget> found, Instant now, DialOptions options) {
    resolving = false;
    resolveDue = now.plus(resolvePause);
    resolvePause = Comparators.min(resolvePause.multipliedBy(2), options.longestResolve());
    if (found.isPresent() && !found.get().samePlace(target)) {
      target = found.get();
      due = now;
    }
  }

  /** It was up for a while: the next attempt comes at once, and the intervals start over. */
  void lost(Instant now, DialOptions options) {
    previous = 0;
    current = 1;
    due = now;
    doubtful = false;
    resolvePause = options.firstResolve();
  }

  /**
   * Fibonacci: grows slower than doubling, so a node that comes back is found soon.
   *
   * @param reached whether it is at least where we think it is
   */
  void failed(boolean reached, Instant now, DialOptions options, RandomGenerator random) {
    if (!reached && !doubtful) {
      doubtful = true;
      resolveDue = now;
    }
    Duration delay = options.staticUnit().multipliedBy(current);
    if (delay.compareTo(options.maxStaticDelay()) >= 0) {
      delay = options.maxStaticDelay();
    } else {
      int next = previous + current;
      previous = current;
      current = Math.max(2, next);
    }
    // Up to a fifth more, so that nodes cut off together do not all come back in one moment.
    due = now.plus(delay).plusMillis(random.nextLong(delay.toMillis() / 5 + 1));
  }
}
