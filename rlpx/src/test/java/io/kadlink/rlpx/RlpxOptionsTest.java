package io.kadlink.rlpx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kadlink.identity.NodeKey;
import io.kadlink.rlpx.wire.Capability;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What can't be meant is refused when it is said. */
class RlpxOptionsTest {
  private final NodeKey key = NodeKey.generate();

  @Test
  void capabilitiesAreListedInAlphabeticalOrder() {
    RlpxOptions options =
        options("x")
            .capability(new Capability("snap", 1), 8)
            .capability(new Capability("eth", 69), 18)
            .capability(new Capability("eth", 68), 17)
            .build();

    assertThat(options.hello().capabilities())
        .extracting(Capability::toString)
        .containsExactly("eth/68", "eth/69", "snap/1");
  }

  @Test
  void aClientIdThatCouldSpoilALogIsRefused() {
    assertThatThrownBy(() -> options("a\nb").build()).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> options("x".repeat(257)).build())
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aHelloThatNobodyWouldReadIsRefused() {
    RlpxOptions.Builder options = options("x");
    for (int version = 0; version < 300; version++) {
      options.capability(new Capability("longname", version), 1);
    }
    assertThatThrownBy(options::build).hasMessageContaining("Hello too long");
  }

  @Test
  void moreMessageIdsThanThereAreAreRefused() {
    RlpxOptions.Builder options = options("x").capability(new Capability("eth", 1), 0x10000);

    assertThatThrownBy(options::build).hasMessageContaining("message ids");
    assertThatThrownBy(() -> options("x").capability(new Capability("eth", 1), -1).build())
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aPortThatIsNoneIsRefused() {
    assertThatThrownBy(() -> options("x").listenPort(65536).build())
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aLimitOfNothingIsRefused() {
    assertThatThrownBy(() -> RlpxLimits.builder().step(Duration.ZERO).build())
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> RlpxLimits.builder().maxPings(0).build())
        .isInstanceOf(IllegalArgumentException.class);
  }

  private RlpxOptions.Builder options(String clientId) {
    return RlpxOptions.builder(key, clientId, new SimpleMeterRegistry());
  }
}
