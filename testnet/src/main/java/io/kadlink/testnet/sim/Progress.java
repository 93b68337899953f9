package io.kadlink.testnet.sim;

import java.time.Duration;

/** Hears about once a second how far a simulation is. */
@FunctionalInterface
public interface Progress {
  /**
   * A moment.
   *
   * @param elapsed virtual time since the start
   * @param live nodes that run
   * @param events tasks and log entries so far
   */
  void at(Duration elapsed, int live, long events);
}
