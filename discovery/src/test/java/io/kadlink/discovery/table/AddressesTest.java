package io.kadlink.discovery.table;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.net.InetAddresses;
import java.net.InetSocketAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressesTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0", "0.1.2.3", "192.0.2.1", "198.51.100.7", "203.0.113.255", "198.18.0.1",
        "198.19.255.255", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "::",
        "2001:db8::1", "ff02::1", "2002::1", "100::1"
      })
  void atSpecialAddressesThereAreNoNodes(String address) {
    assertThat(Addresses.isSpecial(InetAddresses.forString(address))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.2.3.4", "192.0.3.1", "198.17.255.255", "198.20.0.0", "223.255.255.255", "127.0.0.1",
        "10.0.0.1", "::1", "2001:db9::1", "fe80::1", "fd00::1", "2003::1"
      })
  void atOthersThereMayBe(String address) {
    assertThat(Addresses.isSpecial(InetAddresses.forString(address))).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, 127.0.0.2, true",
    "127.0.0.1, 192.168.0.1, true",
    "127.0.0.1, 8.8.8.8, true",
    "192.168.0.1, 127.0.0.1, false",
    "192.168.0.1, 10.1.1.1, true",
    "192.168.0.1, 8.8.8.8, true",
    "8.8.8.8, 127.0.0.1, false",
    "8.8.8.8, 192.168.0.1, false",
    "8.8.8.8, 169.254.1.1, false",
    "8.8.8.8, 9.9.9.9, true",
    "8.8.8.8, 224.0.0.1, false",
    "127.0.0.1, 224.0.0.1, false",
    "127.0.0.1, 0.0.0.0, false",
    "2003::1, ::1, false",
    "2003::1, fd00::1, false",
    "2003::1, fe80::1, false",
    "2003::1, 2003::2, true",
    "::1, ::1, true",
    "fd00::1, fd00::2, true",
    "fd00::1, ::1, false",
  })
  void whoMayTellOfWhichAddress(String sender, String address, boolean allowed) {
    assertThat(
            Addresses.mayRelay(InetAddresses.forString(sender), InetAddresses.forString(address)))
        .isEqualTo(allowed);
  }

  @ParameterizedTest
  @CsvSource({
    "8.8.8.8, 1025, true",
    "8.8.8.8, 1024, false",
    "8.8.8.8, 53, false",
    "::1, 1025, false"
  })
  void nobodyMayTellOfAReservedPort(String address, int port, boolean allowed) {
    InetSocketAddress udp = new InetSocketAddress(InetAddresses.forString(address), port);
    assertThat(Addresses.mayRelay(InetAddresses.forString("9.9.9.9"), udp)).isEqualTo(allowed);
  }
}
