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
  void allSendersTogetherHaveALimit() {
    int count = 0;
    for (int i = 0; i < 100; i++) {
      count += admitted("9.9.9." + i, 1, 100);
    }
    assertThat(count).isEqualTo(RateLimit.TOTAL_BURST);
    InetSocketAddress asked = new InetSocketAddress(InetAddresses.forString("8.8.8.8"), 1);
    assertThat(limit.admits(asked)).isFalse();
    assertThat(limit.admitsAnswer(asked)).as("answers to our questions pass").isTrue();
    time.pass(Duration.ofSeconds(1));
    assertThat(limit.admits(asked)).isTrue();
  }
}
