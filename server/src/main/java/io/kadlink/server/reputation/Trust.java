package io.kadlink.server.reputation;

import java.util.Arrays;

/**
 * The trust metric of one node, in the manner of TrustGuard (Srivatsa, Xiong, Liu: <i>TrustGuard:
 * Countering Vulnerabilities in Reputation Management for Decentralized Overlay Networks</i>,
 * 2005).
 *
 * <p>Time is cut into intervals. With {@code g} and {@code b} the weights of good and bad behaviour
 * in interval {@code i}:
 *
 * <pre>
 *   R(i) = (g + K) / (g + b + K)              proportional: this interval; K keeps one slip small
 *   H(i) = mean of R(i-1), R(i-2), ... with weights 1, p, p^2, ...       integral: the history
 *   D(i) = R(i) - H(i)                        derivative: only a turn for the worse counts
 *   T(i) = 0.4 R(i) + 0.6 H(i) + min(0, D(i)), cut off at 0          the score is 100 T
 * </pre>
 *
 * <p>The history is fading memory: {@value #BINS} numbers instead of one for each interval. Bin
 * {@code j} holds the mean over the intervals {@code 2^j} to {@code 2^(j+1) - 1} back, kept up to
 * date by {@code F(j) = (F(j) (2^j - 1) + F(j-1)) / 2^j} at the end of each interval. A node that
 * was good for long can't spend it on a fast attack (the derivative), and one that was bad can't
 * wash it off with one good interval (the integral). An interval without reports counts as good, so
 * what was held against a node fades while it is away.
 *
 * <p>Mutable; not thread-safe.
 */
final class Trust {
  static final int BINS = 8;

  /** What a stranger's history looks like: good, but not as good as a proven one. */
  static final double STRANGER = 0.75;

  private static final double PROPORTIONAL = 0.4;
  private static final double INTEGRAL = 0.6;

  /** Neutral weight in each interval: a single slow answer costs a fifth of it, not all. */
  private static final double NEUTRAL = 4;

  /** Each interval counts for so much of the one after it: half is forgotten in three. */
  private static final double FADING = 0.8;

  /** After so many quiet intervals nothing of the past is left. */
  private static final int FORGOTTEN = 1 << BINS;

  /** The sum of the weights of the intervals in each bin. */
  private static final double[] BIN_WEIGHTS = binWeights();

  private final double[] bins;
  private double good;
  private double bad;
  private long interval;

  /**
   * A stranger.
   *
   * @param interval the number of the present interval
   */
  Trust(long interval) {
    this.interval = interval;
    this.bins = new double[BINS];
    Arrays.fill(bins, STRANGER);
  }

  /** As it was; see {@link #bins}, {@link #good}, {@link #bad}. */
  Trust(long interval, double[] bins, double good, double bad) {
    if (bins.length != BINS) {
      throw new IllegalArgumentException("a history has " + BINS + " bins, not " + bins.length);
    }
    for (double bin : bins) {
      if (!(bin >= 0 && bin <= 1)) {
        throw new IllegalArgumentException("not between 0 and 1: " + bin);
      }
    }
    if (!(good >= 0 && bad >= 0 && good + bad < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("not weights: " + good + ", " + bad);
    }
    this.interval = interval;
    this.bins = bins.clone();
    this.good = good;
    this.bad = bad;
  }

  Trust copy() {
    return new Trust(interval, bins, good, bad);
  }

  /** Something happened in the interval {@code now}. */
  void report(Behaviour behaviour, long now) {
    forwardTo(now);
    good += behaviour.good();
    bad += behaviour.fatal() ? NEUTRAL : behaviour.bad();
  }

  /** 0 to 100 as of the interval {@code now}. */
  int score(long now) {
    forwardTo(now);
    double present = present();
    double history = history();
    double trust = PROPORTIONAL * present + INTEGRAL * history + Math.min(0, present - history);
    return (int) Math.round(100 * Math.max(0, trust));
  }

  /** Ends the intervals that have passed; none, when the clock went back. */
  private void forwardTo(long now) {
    for (long i = Math.min(now - interval, FORGOTTEN); i > 0; i--) {
      endInterval();
    }
    interval = now;
  }

  private void endInterval() {
    for (int j = BINS - 1; j > 0; j--) {
      double length = 1 << j;
      bins[j] = (bins[j] * (length - 1) + bins[j - 1]) / length;
    }
    bins[0] = present();
    good = 0;
    bad = 0;
  }

  private double present() {
    return (good + NEUTRAL) / (good + bad + NEUTRAL);
  }

  private double history() {
    double sum = 0;
    double weights = 0;
    for (int j = 0; j < BINS; j++) {
      sum += BIN_WEIGHTS[j] * bins[j];
      weights += BIN_WEIGHTS[j];
    }
    return sum / weights;
  }

  /** The number of the latest interval that something was asked or told of. */
  long interval() {
    return interval;
  }

  /** The history, the newest bin first. */
  double[] bins() {
    return bins.clone();
  }

  /** The weight of good behaviour in the present interval. */
  double good() {
    return good;
  }

  /** The weight of bad behaviour in the present interval. */
  double bad() {
    return bad;
  }

  private static double[] binWeights() {
    double[] weights = new double[BINS];
    for (int j = 0; j < BINS; j++) {
      for (int back = 1 << j; back < 1 << (j + 1); back++) {
        weights[j] += Math.pow(FADING, back - 1.0);
      }
    }
    return weights;
  }
}
