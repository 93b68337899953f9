package io.kadlink.protocols.pubsub;

import java.util.Locale;

/** What is held against a peer. One is an accident; {@link PubSubOptions#maxFaults()} are not. */
enum Fault {
  /** A GRAFT during the back-off. */
  EARLY_GRAFT,
  /** A GRAFT for a topic it is not subscribed to itself. */
  GRAFT_WITHOUT_SUBSCRIPTION,
  /** It announced an id and did not supply the message. */
  BROKEN_PROMISE,
  /** More IHAVE packets than one heartbeat allows. */
  IHAVE_FLOOD,
  /** More ids in IWANT than one heartbeat allows. */
  IWANT_FLOOD,
  /** It passed on a message that the validator rejects. */
  REJECTED_MESSAGE;

  String tag() {
    return name().toLowerCase(Locale.ROOT);
  }
}
