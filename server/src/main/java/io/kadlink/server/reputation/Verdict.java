package io.kadlink.server.reputation;

import java.time.Duration;

/** What follows from a report. */
public sealed interface Verdict {

  /** Nothing. */
  record Keep() implements Verdict {}

  /**
   * The node is to go and to stay away.
   *
   * @param why one sentence for a person
   */
  record Ban(Duration duration, String why) implements Verdict {}
}
