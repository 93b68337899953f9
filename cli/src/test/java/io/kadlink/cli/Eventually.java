package io.kadlink.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** Waits for what happens on other threads, and fails when it does not. */
public final class Eventually {
  /** Far more than anything takes, on a busy machine too. */
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private Eventually() {}

  public static void until(Callable<Boolean> condition) throws Exception {
    until("it holds", LIMIT, condition);
  }

  public static void until(String what, Duration limit, Callable<Boolean> condition)
      throws Exception {
    long end = System.nanoTime() + limit.toNanos();
    while (!condition.call()) {
      assertThat(System.nanoTime() - end).as("time left until %s", what).isNegative();
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }
}
