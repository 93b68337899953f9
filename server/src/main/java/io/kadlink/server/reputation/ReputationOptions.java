package io.kadlink.server.reputation;

import java.time.Duration;

/**
 * How strict a server is with its peers.
 *
 * @param interval of the trust metric
 * @param banBelow a score under this bans, 0 to 100; 0: scores never ban
 * @param ban how long such a ban lasts
 * @param fatalBan how long a ban for a fatal act lasts; zero: fatal acts don't ban
 * @param trustedFloor a trusted peer's score is never under this, 0 to 100, and it is never banned
 */
public record ReputationOptions(
    Duration interval, int banBelow, Duration ban, Duration fatalBan, int trustedFloor) {

  /** A minute; under 40: ten minutes; fatal: an hour; the trusted keep at least 50. */
  public static final ReputationOptions DEFAULT =
      new ReputationOptions(
          Duration.ofMinutes(1), 40, Duration.ofMinutes(10), Duration.ofHours(1), 50);

  public ReputationOptions {
    if (!interval.isPositive() || ban.isNegative() || fatalBan.isNegative()) {
      throw new IllegalArgumentException(
          "not durations: " + interval + ", " + ban + ", " + fatalBan);
    }
    if (banBelow < 0 || banBelow > 100 || trustedFloor < 0 || trustedFloor > 100) {
      throw new IllegalArgumentException(
          "a score is 0 to 100, not " + banBelow + " or " + trustedFloor);
    }
  }

  public ReputationOptions withBan(Duration ban) {
    return new ReputationOptions(interval, banBelow, ban, fatalBan, trustedFloor);
  }

  public ReputationOptions withFatalBan(Duration fatalBan) {
    return new ReputationOptions(interval, banBelow, ban, fatalBan, trustedFloor);
  }
}
