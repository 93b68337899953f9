package io.kadlink.discovery.table;

import java.util.function.Consumer;

/** Asks a node whether it is alive. */
@FunctionalInterface
public interface LivenessCheck {

  /**
   * Pings {@code contact}.
   *
   * @param done called once, on the event loop: whether it answered in time
   */
  void check(Contact contact, Consumer<Boolean> done);
}
