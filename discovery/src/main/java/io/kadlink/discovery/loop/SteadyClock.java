package io.kadlink.discovery.loop;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * A clock for durations: it shows the time of day as it was when it was made, moved on by a clock
 * that only goes forward. Whoever sets the machine's clock, by a second or by a year, neither
 * shortens nor prolongs what is measured with this one. It differs from the time of day by all such
 * jumps; what is kept for another process, or told to other machines, is translated with {@link
 * #toWall}.
 *
 * <p>Any thread, if both clocks may be asked from any.
 */
public final class SteadyClock implements InstantSource {
  private final InstantSource wall;
  private final LongSupplier nanoTime;
  private final Instant origin;
  private final long originNanos;

  /**
   * Begins at the present time of day.
   *
   * @param nanoTime nanoseconds from any origin, never going back
   */
  public SteadyClock(InstantSource wall, LongSupplier nanoTime) {
    this.wall = wall;
    this.nanoTime = nanoTime;
    this.origin = wall.instant();
    this.originNanos = nanoTime.getAsLong();
  }

  /** On a loop's clocks. */
  public static SteadyClock of(Loop loop) {
    return new SteadyClock(loop::now, loop::nanoTime);
  }

  @Override
  public Instant instant() {
    return origin.plusNanos(nanoTime.getAsLong() - originNanos);
  }

  /** What the time of day is, or will be if nobody sets the clock, at this time of ours. */
  public Instant toWall(Instant steady) {
    return steady.plus(Duration.between(instant(), wall.instant()));
  }

  /** When that time of day comes, or was, if nobody sets the clock. */
  public Instant fromWall(Instant timeOfDay) {
    return timeOfDay.minus(Duration.between(instant(), wall.instant()));
  }
}
