package io.kadlink.cli;

import java.time.Duration;
import picocli.CommandLine.Option;

/** How long a command waits for an answer. */
final class AnswerLimit {
  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "5s",
      converter = Durations.class,
      description = "How long to wait, like 5s or 1m (default: ${DEFAULT-VALUE}).")
  private Duration duration;

  @SuppressWarnings("NullAway.Init")
  AnswerLimit() {}

  Duration duration() {
    return duration;
  }
}
