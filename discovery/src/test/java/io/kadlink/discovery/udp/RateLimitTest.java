package io.kadlink.discovery.udp;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.net.InetAddresses;
import io.kadlink.discovery.testing.VirtualTime;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RateLimitTest {
  private final VirtualTime time = new VirtualTime();
  private final RateLimit limit = new RateLimit(time);

  private int admitted(String ip, int port, int tries) {
    int count = 0;
    for (int i = 0; i < tries; i++) {
      if (limit.admits(new InetSocketAddress(InetAddresses.forString(ip), port))) {
        count++;
      }
    }
    return count;
  }

  @Test
  void aSenderMayBurstAndThenKeepARate() {
    assertThat(admitted("1.2.3.4", 1, 1_000)).isEqualTo(RateLimit.SENDER_BURST);
    time.pass(Duration.ofSeconds(1));
    assertThat(admitted("1.2.3.4", 1, 1_000)).isEqualTo(RateLimit.SENDER_PER_SECOND);
  }

  @Test
  void anotherPortIsTheSameSenderButOnLoopbackItIsAnother() {
    admitted("1.2.3.4", 1, 1_000);
    assertThat(admitted("1.2.3.4", 2, 1)).isZero();
    assertThat(admitted("1.2.3.5", 1, 1)).isEqualTo(1);
    admitted("127.0.0.1", 1, 1_000);
    assertThat(admitted("127.0.0.1", 2, 1)).isEqualTo(1);
  }

  @Test
  void anIpv6SenderIsA64BitNetwork() {
    admitted("2003::1", 1, 1_000);
    assertThat(admitted("2003::2:2", 1, 1)).isZero();
    assertThat(admitted("2003:0:0:1::1", 1, 1)).isEqualTo(1);
  }

  @Test
  void allStrangersTogetherHaveALimit() {
    int count = 0;
    for (int i = 0; i < 100; i++) {
      count += admitted("9.9.9." + i, 1, 100);
    }
    assertThat(count).isEqualTo(RateLimit.STRANGERS_BURST);
    InetSocketAddress asked = address("8.8.8.8");
    assertThat(limit.admits(asked)).isFalse();
    assertThat(limit.admitsAnswer(asked)).as("answers to our questions pass").isTrue();
    time.pass(Duration.ofSeconds(1));
    assertThat(limit.admits(asked)).isTrue();
  }

  @Test
  void strangersLeaveKnownSendersTheirShareAndTheOtherWayRound() {
    for (int i = 0; i < 100; i++) {
      limit.answered(address("7.7.7." + i));
      admitted("9.9.9." + i, 1, 100);
    }
    assertThat(limit.admits(address("8.8.8.8"))).isFalse();

    int count = 0;
    for (int i = 0; i < 100; i++) {
      count += admitted("7.7.7." + i, 1, 100);
    }
    assertThat(count).isEqualTo(RateLimit.KNOWN_BURST);
    time.pass(Duration.ofSeconds(1));
    for (int i = 0; i < 100; i++) {
      admitted("7.7.7." + i, 1, 100);
    }
    assertThat(limit.admits(address("8.8.8.8"))).isTrue();
  }

  @Test
  void aSenderThatGetsKnownDoesNotGetANewBurst() {
    admitted("1.2.3.4", 1, 1_000);
    limit.answered(address("1.2.3.4"));
    assertThat(limit.admits(address("1.2.3.4"))).isFalse();
    time.pass(Duration.ofSeconds(1));
    limit.answered(address("1.2.3.4"));
    assertThat(admitted("1.2.3.4", 1, 1_000)).isEqualTo(RateLimit.SENDER_PER_SECOND);
  }

  @Test
  void forgedAddressesInAnyNumberDoNotMakeAKnownSenderAStranger() {
    limit.answered(address("1.2.3.4"));
    for (int i = 0; i <= RateLimit.MAX_SENDERS; i++) {
      limit.admitsAnswer(address("20." + i / 65536 + "." + i / 256 % 256 + "." + i % 256));
      limit.admits(address("21." + i / 65536 + "." + i / 256 % 256 + "." + i % 256));
    }
    assertThat(limit.admits(address("8.8.8.8"))).isFalse();
    assertThat(limit.admits(address("1.2.3.4"))).isTrue();
  }

  @Test
  void ofMoreKnownSendersThanAreRememberedTheOneNotHeardForLongestIsAStranger() {
    limit.answered(address("1.2.3.4"));
    limit.answered(address("1.2.3.5"));
    for (int i = 0; i < RateLimit.MAX_SENDERS - 1; i++) {
      limit.answered(address("20." + i / 65536 + "." + i / 256 % 256 + "." + i % 256));
    }
    for (int i = 0; i < 100; i++) {
      admitted("9.9.9." + i, 1, 100);
    }
    assertThat(limit.admits(address("1.2.3.4"))).isFalse();
    assertThat(limit.admits(address("1.2.3.5"))).isTrue();
  }

  @Test
  void toLookWhetherASenderIsExhaustedTakesNothingFromIt() {
    for (int i = 0; i < 10_000; i++) {
      assertThat(limit.isExhausted(address("1.2.3.4"))).isFalse();
    }
    assertThat(admitted("1.2.3.4", 1, 1_000)).isEqualTo(RateLimit.SENDER_BURST);
    assertThat(limit.isExhausted(address("1.2.3.4"))).isTrue();
    assertThat(limit.isExhausted(address("1.2.3.5"))).isFalse();
    for (int i = 0; i < 100; i++) {
      admitted("9.9.9." + i, 1, 100);
    }
    assertThat(limit.isExhausted(address("1.2.3.5"))).as("all strangers are").isTrue();
  }

  private static InetSocketAddress address(String ip) {
    return new InetSocketAddress(InetAddresses.forString(ip), 1);
  }
}
