package io.kadlink.server.membership;

import io.kadlink.server.admission.Decision;
import io.kadlink.server.admission.Rule;
import java.time.Instant;

/** Whether a node is a member, as far as its certificates go. */
public sealed interface Verdict {

  /** The same question has the same answer before this time, with the same authorities. */
  Instant holdsUntil();

  /** It is one. */
  record Member(Membership membership, Instant holdsUntil) implements Verdict {}

  /** It is none, for this reason. */
  record Stranger(Decision.Refuse refusal, Instant holdsUntil) implements Verdict {}

  /** None, and time won't change it. */
  static Stranger stranger(Rule rule, String why) {
    return new Stranger(new Decision.Refuse(rule, why), Instant.MAX);
  }

  /** None at this moment. */
  static Stranger strangerNow(Rule rule, String why) {
    return new Stranger(new Decision.Refuse(rule, why), Instant.MIN);
  }
}
