package io.kadlink.protocols.pubsub;

import io.kadlink.protocols.pubsub.wire.Topic;

/** Keeps messages of a topic coming until it is closed. Thread-safe. */
public interface Subscription extends AutoCloseable {

  Topic topic();

  /** No message is delivered after what is already on its way to the loop. Idempotent. */
  @Override
  void close();
}
