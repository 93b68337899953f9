package io.kadlink.server.admission;

import java.time.Instant;
import java.util.Optional;

/**
 * One entry of the deny list.
 *
 * @param until when it ends; empty: never
 * @param why one sentence for a person
 */
public record Denial(Subject subject, Optional<Instant> until, String why, Origin origin) {

  /** Who put it there. */
  public enum Origin {
    /** Given at the start; not kept over a restart. */
    CONFIGURED,
    /** A person, while the node was running. */
    OPERATOR,
    /** What the node did. */
    REPUTATION
  }

  public boolean expired(Instant now) {
    return until.isPresent() && !now.isBefore(until.get());
  }

  @Override
  public String toString() {
    return subject + until.map(at -> " until " + at).orElse("") + ": " + why;
  }
}
