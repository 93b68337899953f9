package io.kadlink.server.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.net.InetAddresses;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CidrTest {

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8, 10.255.1.2, true",
    "10.0.0.0/8, 11.0.0.1, false",
    "10.1.2.3/8, 10.9.9.9, true",
    "192.168.1.128/25, 192.168.1.129, true",
    "192.168.1.128/25, 192.168.1.127, false",
    "172.16.0.0/12, 172.31.255.255, true",
    "172.16.0.0/12, 172.32.0.0, false",
    "0.0.0.0/0, 255.255.255.255, true",
    "0.0.0.0/0, ::1, false",
    "1.2.3.4, 1.2.3.4, true",
    "1.2.3.4, 1.2.3.5, false",
    "fd00::/8, fdff::1, true",
    "fd00::/8, fe00::1, false",
    "2001:db8::/33, 2001:db8:7fff::1, true",
    "2001:db8::/33, 2001:db8:8000::1, false",
    "::1/128, ::1, true",
  })
  void containsWhatSharesItsPrefix(String network, String address, boolean contained) {
    assertThat(Cidr.parse(network).contains(InetAddresses.forString(address))).isEqualTo(contained);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "::/129", "host/8", "10/8"})
  void whatIsNoNetworkIsRefused(String text) {
    assertThatThrownBy(() -> Cidr.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void noNetworksPermitEverythingAndSomeOnlyThemselves() {
    NetRestrict everywhere = new NetRestrict(List.of());
    NetRestrict two = new NetRestrict(List.of(Cidr.parse("10.0.0.0/8"), Cidr.parse("fd00::/8")));

    assertThat(everywhere.permits(InetAddresses.forString("8.8.8.8"))).isTrue();
    assertThat(two.permits(InetAddresses.forString("fd00::1"))).isTrue();
    assertThat(two.permits(InetAddresses.forString("10.0.0.1"))).isTrue();
    assertThat(two.permits(InetAddresses.forString("8.8.8.8"))).isFalse();
  }
}
