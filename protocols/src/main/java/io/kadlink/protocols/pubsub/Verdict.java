package io.kadlink.protocols.pubsub;

/** What a {@link Validator} thinks of a message. */
public enum Verdict {
  /** It is delivered and passed on. */
  ACCEPT,
  /** No honest peer would have passed it on: dropped, and held against who did. */
  REJECT,
  /** It is dropped; nobody is to blame. */
  IGNORE
}
