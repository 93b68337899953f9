package io.kadlink.server.messages;

/** A message that answers the {@link Question} with the same id. */
public interface Answer {
  /** As in the question. */
  long requestId();
}
