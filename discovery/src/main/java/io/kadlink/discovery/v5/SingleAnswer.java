package io.kadlink.discovery.v5;

import io.kadlink.discovery.loop.Loop;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** Waits for an answer of one message. */
final class SingleAnswer implements Call.Answer {
  private final Loop loop;
  private final Consumer<Optional<Taken>> done;
  private Optional<Taken> taken = Optional.empty();

  /** The answer and how long after its request it came. */
  record Taken(Message.Response response, Duration roundTrip) {}

  SingleAnswer(Loop loop, Consumer<Optional<Taken>> done) {
    this.loop = loop;
    this.done = done;
  }

  @Override
  public boolean take(Call call, Message.Response response) {
    taken = Optional.of(new Taken(response, Duration.ofNanos(loop.nanoTime() - call.sentNanos)));
    return true;
  }

  @Override
  public void ended() {
    done.accept(taken);
  }
}
