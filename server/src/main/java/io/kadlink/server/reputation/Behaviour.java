package io.kadlink.server.reputation;

/**
 * What a peer did, as protocols and the server report it. The weights are those of {@link Trust}:
 * about five units of bad behaviour in one interval, with nothing good beside them, end in a ban.
 */
public enum Behaviour {
  /** Answered a request with what was asked for. */
  USEFUL_ANSWER(1, 0),
  /** Told us something unasked that we could use: a block, a transaction, a message. */
  USEFUL_NEWS(0.25, 0),
  /** Answered a request, but so late that others should be asked first. */
  SLOW_ANSWER(0, 1),
  /** Answered a request with nothing, or with less than it said it has. */
  USELESS_ANSWER(0, 2),
  /** Did not answer a request within its time. */
  NO_ANSWER(0, 2),
  /** Sent what passes as a message and is of no worth to anyone: invalid content, spam. */
  INVALID_CONTENT(0, 2),
  /** Bent a rule in a way that a correct node under load may, too. */
  MINOR_FAULT(0, 0.25),
  /** Stopped answering pings, or took none of our bytes. */
  PING_TIMEOUT(0, 2),
  /** Ended by us as of no use, in the words of its protocol. */
  USELESS_PEER(0, 4),
  /** Broke the protocol in a way that no correct implementation does: banned at once. */
  PROTOCOL_BREACH(0, Double.POSITIVE_INFINITY);

  private final double good;
  private final double bad;

  Behaviour(double good, double bad) {
    this.good = good;
    this.bad = bad;
  }

  /** Weight on the good side, 0 or more. */
  double good() {
    return good;
  }

  /** Weight on the bad side, 0 or more. */
  double bad() {
    return bad;
  }

  /** Whether one such act is enough for a ban. */
  public boolean fatal() {
    return Double.isInfinite(bad);
  }
}
