package io.kadlink.protocols.pubsub.wire;

/**
 * The bounds of pubsub/1 (docs/protocols/pubsub.md §Limits). Both sides keep to them: a sender
 * never exceeds one, a receiver ends the session of a peer that does.
 */
public final class Limits {
  /** One publication: what a mesh of degree 12 can pass on without stalling a home uplink. */
  public static final int MAX_PAYLOAD_BYTES = 1 << 20;

  /** A topic name; keeps subscriptions of a peer that uses all of them within 32 KiB. */
  public static final int MAX_TOPIC_NAME_BYTES = 128;

  /** Topics one peer can be subscribed to: bounds what we remember for it. */
  public static final int MAX_SUBSCRIPTIONS_PER_PEER = 256;

  /** Entries in one SUBSCRIPTIONS, GRAFT, PRUNE or IHAVE: all topics of a peer at once. */
  public static final int MAX_TOPICS_PER_MESSAGE = MAX_SUBSCRIPTIONS_PER_PEER;

  /** Message ids in one IHAVE or IWANT, over all its topics. */
  public static final int MAX_IDS_PER_MESSAGE = 5_000;

  /** An encoded control message: room for the two limits above, and for elements to come. */
  public static final int MAX_CONTROL_BYTES = 256 * 1024;

  /** An encoded PUBLISH: a full payload, its envelope, and elements to come. */
  public static final int MAX_PUBLISH_BYTES = MAX_PAYLOAD_BYTES + 4 * 1024;

  /** A back-off named in PRUNE, in seconds; longer ones are cut to it by the receiver. */
  public static final int MAX_BACKOFF_SECONDS = 3600;

  private Limits() {}
}
