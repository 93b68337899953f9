package io.kadlink.server.nat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.net.InetAddresses;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What operators write, and what is meant. */
class NatMethodTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "none",
        "any",
        "upnp",
        "pmp",
        "pcp",
        "extip:192.0.2.1",
        "extip:2001:db8::1",
        "stun:stun.example:3478",
        "stun:[2001:db8::1]:19302"
      })
  void aMethodIsShownAsItIsWritten(String text) {
    assertThat(NatMethod.parse(text)).hasToString(text);
  }

  @Test
  void methodsMeanWhatTheySay() {
    assertThat(NatMethod.parse("pmp")).isEqualTo(NatMethod.mappedBy(MappingProtocol.PMP));
    assertThat(NatMethod.parse("any")).isEqualTo(NatMethod.any());
    assertThat(NatMethod.parse("extip:192.0.2.1"))
        .isEqualTo(NatMethod.externalAddress(InetAddresses.forString("192.0.2.1")));
    assertThat(NatMethod.parse("stun")).isEqualTo(NatMethod.DEFAULT_STUN);
    assertThat(NatMethod.parse("stun:stun.example"))
        .isEqualTo(new NatMethod.Stun("stun.example", 3478));
    assertThat(NatMethod.parse("stun:2001:db8::1"))
        .isEqualTo(new NatMethod.Stun("2001:db8::1", 3478));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "UPNP",
        "extip",
        "extip:",
        "extip:router.example",
        "stun:",
        "stun:a:b",
        "stun:a:70000",
        "ip"
      })
  void anythingElseIsRefused(String text) {
    assertThatThrownBy(() -> NatMethod.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aMappingLivesTwentySecondsToADay() {
    for (Duration edge : new Duration[] {NatOptions.MIN_LIFETIME, NatOptions.MAX_LIFETIME}) {
      assertThat(NatOptions.checkLifetime(edge)).isEqualTo(edge);
    }
    assertThatThrownBy(() -> NatOptions.checkLifetime(NatOptions.MIN_LIFETIME.minusSeconds(1)))
        .hasMessageContaining("not 19");
    assertThatThrownBy(() -> NatOptions.checkLifetime(NatOptions.MAX_LIFETIME.plusSeconds(1)))
        .hasMessageContaining("not 86401");
  }
}
