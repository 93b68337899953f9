package io.kadlink.protocols.pubsub;

import io.kadlink.protocols.pubsub.wire.Message;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Judges the messages of a topic before they are delivered and passed on; sizes, age and signature
 * are checked already. Called on the protocol's loop: it must not block, and leaves long work to
 * another thread. A verdict that takes longer than {@link PubSubOptions#validationTimeout()}, or an
 * exception, counts as {@link Verdict#IGNORE}.
 */
@FunctionalInterface
public interface Validator {

  /** The verdict, now or later, on any thread. */
  CompletionStage<Verdict> validate(Message message);

  /** A validator that decides on the spot. */
  static Validator of(Function<Message, Verdict> judge) {
    return message -> CompletableFuture.completedFuture(judge.apply(message));
  }
}
