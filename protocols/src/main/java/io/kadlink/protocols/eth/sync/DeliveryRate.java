package io.kadlink.protocols.eth.sync;

import java.time.Duration;

/**
 * How fast one peer delivers, measured by its answers, and how much to ask of it at once: what it
 * is expected to deliver within a fixed time, so that a fast peer gets large requests and a slow
 * one small ones, and both are back at about the same time. Confined to the loop.
 */
final class DeliveryRate {
  /** What a request should take: long against most round trips, short for changing course. */
  static final Duration TARGET = Duration.ofMillis(500);

  /** Asked of a peer that has not been measured. */
  static final int FIRST = 32;

  /** A request is late after so many times the expected time, */
  static final int PATIENCE = 3;

  /** and not before this: a busy machine pauses as long. */
  static final Duration LEAST_PATIENCE = Duration.ofSeconds(2);

  /** Before anything is known. */
  static final Duration FIRST_PATIENCE = Duration.ofSeconds(4);

  /** How much the latest answer counts. */
  private static final double WEIGHT = 0.3;

  private boolean measured;
  private double perSecond;
  private int largest;

  /** How many items to ask for now. */
  int next(int max) {
    if (!measured) {
      return Math.min(FIRST, max);
    }
    double expected = perSecond * TARGET.toNanos() / 1e9;
    // twice the largest answer so far: a guess from few items is not to be trusted further
    return (int) Math.clamp(expected, 1, Math.clamp(2L * largest, 1, max));
  }

  /** Items in a second; 0 until measured. */
  double perSecond() {
    return perSecond;
  }

  /** How long a request for so many items may take before others are asked for them. */
  Duration patience(int items) {
    if (!measured || perSecond <= 0) {
      return FIRST_PATIENCE;
    }
    Duration expected = Duration.ofNanos((long) (items / perSecond * 1e9)).multipliedBy(PATIENCE);
    return expected.compareTo(LEAST_PATIENCE) < 0 ? LEAST_PATIENCE : expected;
  }

  /** An answer has come. */
  void delivered(int items, Duration took) {
    double now = items * 1e9 / Math.max(1, took.toNanos());
    perSecond = measured && perSecond > 0 ? perSecond + WEIGHT * (now - perSecond) : now;
    largest = Math.max(largest, items);
    measured = true;
  }

  /** A request was late or its answer of no use: it begins again with one item. */
  void failed() {
    measured = true;
    perSecond = 0;
    largest = 1;
  }
}
