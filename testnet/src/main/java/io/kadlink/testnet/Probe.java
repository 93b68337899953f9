package io.kadlink.testnet;

import java.io.IOException;
import java.time.Duration;

/**
 * Asks until a condition holds or its time is up, keeps the table fresh, and reports what it saw.
 */
final class Probe {
  /**
   * What one look showed.
   *
   * @param value in words or numbers, for the report
   */
  record Sight(boolean ok, String value) {}

  /** One look at the network; an {@link IOException} counts as "not yet". */
  @FunctionalInterface
  interface Look {
    Sight see() throws IOException, InterruptedException;
  }

  private static final Duration INTERVAL = Duration.ofMillis(250);

  private final Network network;
  private final Dashboard dashboard;
  private final Report report;

  Probe(Network network, Dashboard dashboard, Report report) {
    this.network = network;
    this.dashboard = dashboard;
    this.report = report;
  }

  /** Does something that can't be done twice; adds it to the report as a check. */
  boolean step(String name, Look action) throws InterruptedException {
    return check(name, Duration.ZERO, action);
  }

  /** Looks until it holds or {@code limit} is over; adds the check to the report. */
  boolean check(String name, Duration limit, Look look) throws InterruptedException {
    long start = System.nanoTime();
    Sight sight;
    boolean again;
    do {
      sight = look(look);
      dashboard.refresh(network);
      again = !sight.ok() && System.nanoTime() - start < limit.toNanos();
      if (again) {
        Thread.sleep(INTERVAL);
      }
    } while (again);
    double seconds = (System.nanoTime() - start) / 1e9;
    report.add(new Report.Check(name, sight.ok(), sight.value(), seconds));
    dashboard.say(
        String.format(
            "%-6s %6.1fs  %s: %s", sight.ok() ? "ok" : "FAILED", seconds, name, sight.value()));
    return sight.ok();
  }

  private static Sight look(Look look) throws InterruptedException {
    try {
      return look.see();
    } catch (IOException e) {
      return new Sight(false, String.valueOf(e.getMessage()));
    }
  }
}
