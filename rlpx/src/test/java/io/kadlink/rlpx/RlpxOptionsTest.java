package io.kadlink.rlpx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kadlink.identity.NodeKey;
import io.kadlink.rlpx.wire.BaseMessageCodec;
import io.kadlink.rlpx.wire.Capability;
import io.kadlink.rlpx.wire.HelloElement;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.tuweni.bytes.Bytes;
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
  void elementsOfAHelloHaveTheirShareOfIt() {
    int heads = 3 + 2 + 3; // two lists' and the value's; the short name has one
    int most = RlpxOptions.MAX_ELEMENTS_BYTES - heads - 1;
    RlpxOptions fits = options("x").helloElements(() -> List.of(element(most))).build();

    assertThat(fits.hello().elements()).containsExactly(element(most));
    assertThatThrownBy(() -> options("x").helloElements(() -> List.of(element(most + 20))).build())
        .hasMessageContaining("Hello elements of");
    RlpxOptions.Builder crowded = options("x".repeat(256)).helloElements(() -> List.of(element(1)));
    for (int version = 0; version < 40; version++) {
      crowded.capability(new Capability("name", version), 1);
    }
    assertThatThrownBy(crowded::build).hasMessageContaining("for more elements");
  }

  @Test
  void elementsThatGrowTooLongLaterAreLeftOut() {
    AtomicReference<List<HelloElement>> elements = new AtomicReference<>(List.of(element(10)));
    RlpxOptions options = options("x").helloElements(elements::get).build();

    elements.set(List.of(element(100)));
    assertThat(options.hello().elements()).containsExactly(element(100));
    elements.set(List.of(element(BaseMessageCodec.MAX_PAYLOAD_BYTES)));
    assertThat(options.hello().elements()).isEmpty();
  }

  private static HelloElement element(int bytes) {
    return new HelloElement("e", Bytes.repeat((byte) 7, bytes));
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
