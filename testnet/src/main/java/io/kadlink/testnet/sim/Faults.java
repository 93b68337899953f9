package io.kadlink.testnet.sim;

/**
 * What the network does wrong, as shares of all datagrams from 0 to 1.
 *
 * @param loss never arrive
 * @param duplication arrive twice
 * @param lateness are held up to {@link VirtualNetwork#LONGEST_HOLD} longer, so that others
 *     overtake them
 */
public record Faults(double loss, double duplication, double lateness) {
  /** A network that only takes its time. */
  public static final Faults NONE = new Faults(0, 0, 0);

  public Faults {
    for (double share : new double[] {loss, duplication, lateness}) {
      if (!(share >= 0 && share <= 1)) {
        throw new IllegalArgumentException("a share is from 0 to 1, not " + share);
      }
    }
  }
}
