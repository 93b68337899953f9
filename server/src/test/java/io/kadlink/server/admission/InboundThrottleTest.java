package io.kadlink.server.admission;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.net.InetAddresses;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class InboundThrottleTest {
  private Instant now = Instant.parse("2030-01-01T00:00:00Z");
  private final InboundThrottle throttle = new InboundThrottle(() -> now);
  private final InetAddress stranger = InetAddresses.forString("203.0.113.7");

  @Test
  void aBurstIsAdmittedAndThenOneForEachRefill() {
    assertThat(admitted(stranger, InboundThrottle.BURST)).isEqualTo(InboundThrottle.BURST);
    assertThat(throttle.admits(stranger)).isFalse();

    now = now.plus(InboundThrottle.REFILL.minusMillis(1));
    assertThat(throttle.admits(stranger)).isFalse();
    now = now.plusMillis(1);
    assertThat(throttle.admits(stranger)).isTrue();
    assertThat(throttle.admits(stranger)).isFalse();
  }

  @Test
  void aRestFillsTheBucketButNoFurther() {
    admitted(stranger, InboundThrottle.BURST);
    now = now.plus(Duration.ofDays(1));

    assertThat(admitted(stranger, 10 * InboundThrottle.BURST)).isEqualTo(InboundThrottle.BURST);
  }

  @Test
  void aFloodDoesNotPutOffTheNextRefill() {
    admitted(stranger, InboundThrottle.BURST);
    Instant full = now.plus(InboundThrottle.REFILL);
    while (now.isBefore(full)) {
      assertThat(throttle.admits(stranger)).isFalse();
      now = now.plusMillis(100);
    }
    assertThat(throttle.admits(stranger)).isTrue();
  }

  @Test
  void oneAddressDoesNotUseUpAnothers() {
    admitted(stranger, 100);

    assertThat(throttle.admits(InetAddresses.forString("203.0.113.8"))).isTrue();
  }

  @Test
  void anIpv6HouseholdCountsAsOne() {
    for (int i = 0; i < InboundThrottle.BURST; i++) {
      assertThat(throttle.admits(InetAddresses.forString("2001:db8:1:2::" + (i + 1)))).isTrue();
    }
    assertThat(throttle.admits(InetAddresses.forString("2001:db8:1:2:ffff::1"))).isFalse();
    assertThat(throttle.admits(InetAddresses.forString("2001:db8:1:3::1"))).isTrue();
  }

  @Test
  void loopbackIsExempt() {
    assertThat(admitted(InetAddresses.forString("127.0.0.1"), 1000)).isEqualTo(1000);
    assertThat(admitted(InetAddresses.forString("::1"), 1000)).isEqualTo(1000);
  }

  @Test
  void aClockThatJumpsBackAdmitsNobodyMore() {
    admitted(stranger, InboundThrottle.BURST);
    now = now.minus(Duration.ofDays(1));

    assertThat(throttle.admits(stranger)).isFalse();

    now = now.plus(InboundThrottle.REFILL);
    assertThat(throttle.admits(stranger)).as("nor keeps anybody out for a day").isTrue();
  }

  private int admitted(InetAddress address, int tries) {
    int admitted = 0;
    for (int i = 0; i < tries; i++) {
      admitted += throttle.admits(address) ? 1 : 0;
    }
    return admitted;
  }
}
