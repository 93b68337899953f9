package io.kadlink.protocols.pubsub;

import java.util.Locale;

/** Why something that came in, or was to go out, was dropped. */
enum DropReason {
  /** Breaks the encoding or a limit; the peer is disconnected. */
  MALFORMED,
  /** A code that pubsub/1 does not use yet. */
  UNKNOWN_CODE,
  /** A message or gossip of a topic we are not subscribed to. */
  NOT_SUBSCRIBED,
  /** Published too long ago: late, or replayed. */
  EXPIRED,
  /** Claims to be published in the future. */
  AHEAD,
  /** The signature is not its publisher's; the peer is disconnected. */
  FORGED,
  /** Our own key published it, and we don't remember: from before a restart. */
  OWN,
  /** Too many messages wait for a verdict. */
  VALIDATION_QUEUE_FULL,
  /** No verdict in time. */
  VALIDATION_TIMEOUT,
  /** The validator threw. */
  VALIDATION_ERROR,
  REJECTED,
  IGNORED,
  /** More ids announced than we look at in one heartbeat. */
  IHAVE_CAPPED,
  /** More ids asked for than we look at in one heartbeat. */
  IWANT_CAPPED,
  /** An id asked for that we don't have (any more). */
  IWANT_UNKNOWN,
  /** Asked for by the same peer too often. */
  IWANT_REPEATED,
  /** A GRAFT for a topic we are not subscribed to. */
  GRAFT_UNKNOWN_TOPIC,
  /** The session's outbound queue did not take it. */
  PEER_QUEUE_FULL,
  /** A subscriber's consumer threw. */
  CONSUMER_ERROR;

  String tag() {
    return name().toLowerCase(Locale.ROOT);
  }
}
