package io.kadlink.discovery.dns;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Looks up TXT records without blocking the caller. */
@FunctionalInterface
public interface TxtResolver {

  /**
   * The TXT records of one name.
   *
   * @param texts one string for each record, its parts joined, one character from U+0000 to U+00FF
   *     for each byte
   * @param ttl how long they may be kept
   */
  record Answer(List<String> texts, Duration ttl) {
    public Answer {
      texts = List.copyOf(texts);
    }
  }

  /**
   * Looks up the TXT records of {@code name}, a DNS name without a dot at its end. Completes on any
   * thread; exceptionally when there is no such name or no answer.
   */
  CompletionStage<Answer> resolve(String name);
}
