package io.kadlink.server.dial;

import java.time.Duration;

/**
 * The dial scheduler's numbers.
 *
 * @param maxPending dials at the same time
 * @param history how long a node found by discovery is not dialed again at the least; how long
 *     depends on what came of it ({@link Setback})
 * @param staticUnit static nodes are redialed after 1, 2, 3, 5, 8 ... of these
 * @param maxStaticDelay and at the latest after this
 * @param firstResolve when a static node is not where we think it is, or nobody knows where it is,
 *     discovery is asked at once, then after this, then after twice as long each time
 * @param longestResolve and at the latest after this
 * @param shortestPull how long after an idle pull from discovery the next one comes at first
 * @param longestPull and how long when nothing new has come for a while
 * @param recordAgain when to ask a node that can't be dialed again which way around it announces
 */
public record DialOptions(
    int maxPending,
    Duration history,
    Duration staticUnit,
    Duration maxStaticDelay,
    Duration firstResolve,
    Duration longestResolve,
    Duration shortestPull,
    Duration longestPull,
    Duration recordAgain) {

  /** Sixteen pending dials and 35 s of history, as geth has them. */
  public static final DialOptions DEFAULT =
      new DialOptions(
          16,
          Duration.ofSeconds(35),
          Duration.ofSeconds(1),
          Duration.ofMinutes(1),
          Duration.ofSeconds(10),
          Duration.ofHours(1),
          Duration.ofMillis(200),
          Duration.ofSeconds(5),
          Duration.ofSeconds(5));
}
