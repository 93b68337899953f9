package io.kadlink.server.dial;

import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;

/** A node to stay connected with, and when to try next. */
final class StaticNode {
  private final DialTarget target;
  private Instant due;
  private int previous;
  private int current = 1;

  StaticNode(DialTarget target, Instant now) {
    this.target = target;
    this.due = now;
  }

  DialTarget target() {
    return target;
  }

  Instant due() {
    return due;
  }

  /** It was up for a while: the next attempt comes at once, and the interval starts over. */
  void lost(Instant now) {
    previous = 0;
    current = 1;
    due = now;
  }

  /** Fibonacci: grows slower than doubling, so a node that comes back is found soon. */
  void failed(Instant now, DialOptions options, RandomGenerator random) {
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
